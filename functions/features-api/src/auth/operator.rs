//! Who may look at and change what is everybody's.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use limits_flags::access::{self, AdminRow, Role, Scope};

use super::{Caller, Machine};
use crate::Api;
use crate::problem::Refusal;

/// An administrator, or a machine with one of the admin scopes.
#[derive(Clone, Debug)]
pub(crate) struct Operator {
    /// What they are called in the audit.
    pub(crate) who: String,
    /// What they may do.
    pub(crate) role: Role,
}

/// Who may look at everything.
pub(crate) struct Viewer;

/// Who may change what is everybody's.
pub(crate) struct Editor(pub(crate) Operator);

/// Who may go back to an earlier version of it.
pub(crate) struct Owner(pub(crate) Operator);

impl FromRequestParts<Arc<Api>> for Operator {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Refusal> {
        let caller = Caller::from_request_parts(parts, api).await?;
        Self::of(api, &caller).await
    }
}

// The role is asked for before anything else of the request is read: whoever may not do it learns nothing else.
impl FromRequestParts<Arc<Api>> for Viewer {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Refusal> {
        let operator = Operator::from_request_parts(parts, api).await?;
        operator.needs(Role::Viewer).map(|()| Self)
    }
}

impl FromRequestParts<Arc<Api>> for Editor {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Refusal> {
        let operator = Operator::from_request_parts(parts, api).await?;
        operator.needs(Role::Editor).map(|()| Self(operator))
    }
}

impl FromRequestParts<Arc<Api>> for Owner {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Refusal> {
        let operator = Operator::from_request_parts(parts, api).await?;
        operator.needs(Role::Owner).map(|()| Self(operator))
    }
}

/// A machine edits at most: who has access is said by people.
fn role_of_machine(machine: &Machine) -> Option<Role> {
    if machine.row.allows(Scope::AdminWrite) {
        Some(Role::Editor)
    } else {
        machine.row.allows(Scope::AdminRead).then_some(Role::Viewer)
    }
}

impl Operator {
    /// The operator that a caller is.
    pub(crate) async fn of(api: &Api, caller: &Caller) -> Result<Self, Refusal> {
        let role = match caller {
            Caller::Machine(machine) => role_of_machine(machine),
            Caller::User(visitor) => {
                let (row, _) = api.access(&access::admin(visitor.id)).await?;
                let row = row.as_ref().map(access::read::<AdminRow>).transpose();
                let row = row.map_err(|error| Refusal::Broken(Box::new(error)))?;
                row.map(|row| row.role)
            }
        };
        let nobody = "this is for administrators, and for keys with the scope `admin:read` or `admin:write`";
        let role = role.ok_or_else(|| Refusal::Forbidden(nobody.to_owned()))?;
        Ok(Self {
            who: caller.name(),
            role,
        })
    }

    /// Whether they may do what takes such a role.
    pub(crate) fn needs(&self, role: Role) -> Result<(), Refusal> {
        if self.role >= role {
            return Ok(());
        }
        Err(Refusal::Forbidden(format!(
            "this takes the role `{}`",
            role.as_str()
        )))
    }
}

#[cfg(test)]
mod tests {
    use limits_flags::access::KeyRow;

    use super::*;

    fn role(scopes: &[Scope]) -> Option<Role> {
        let row = KeyRow {
            name: "site".to_owned(),
            hash: String::new(),
            scopes: scopes.to_vec(),
            created_at: 0,
            expires_at: None,
        };
        role_of_machine(&Machine {
            key: "k".to_owned(),
            row,
            version: 0,
        })
    }

    #[test]
    fn a_machine_reads_or_edits_by_its_scopes_and_never_owns() {
        assert_eq!(role(&[Scope::Evaluate]), None);
        assert_eq!(role(&[Scope::AdminRead]), Some(Role::Viewer));
        assert_eq!(role(&[Scope::AdminRead, Scope::AdminWrite]), Some(Role::Editor));
    }

    #[test]
    fn a_role_may_what_lesser_ones_may_and_no_more() {
        let editor = Operator {
            who: String::new(),
            role: Role::Editor,
        };
        assert!(editor.needs(Role::Viewer).is_ok() && editor.needs(Role::Editor).is_ok());
        assert!(matches!(editor.needs(Role::Owner), Err(Refusal::Forbidden(_))));
    }
}
