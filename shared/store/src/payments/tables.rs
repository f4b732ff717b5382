//! Where purchases and payments stand.

use crate::gifts::Till;

/// The names of the tables that money goes through.
#[derive(Clone, Debug)]
pub struct PaymentTables {
    /// Purchases and payments.
    pub payments: String,
    /// Balances and standings.
    pub accounts: String,
    /// Immutable entries.
    pub ledger: String,
}

impl PaymentTables {
    /// Where gifts are written.
    pub(crate) fn till(&self) -> Till<'_> {
        let (accounts, ledger) = (&self.accounts, &self.ledger);
        Till { accounts, ledger }
    }

    /// To read purchases and payments alone: nothing is settled through it.
    pub fn to_read(payments: String) -> Self {
        Self::to_report(payments, String::new())
    }

    /// To read purchases and payments, and in the ledger who was given credits: nothing is settled through it.
    pub fn to_report(payments: String, ledger: String) -> Self {
        Self {
            payments,
            accounts: String::new(),
            ledger,
        }
    }
}
