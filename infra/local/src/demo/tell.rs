//! The operator's report, as its schedule would send it: the function's own binary, once and once more.

use local_lambda::Outcome;

use super::Stage;
use crate::cloud::REPORT;
use crate::error::{Error, Result};
use crate::outside::OPERATOR;

/// With what reports begin, in words and below pictures.
const REPORTS: char = '📊';
/// A report is its words and its picture; there is one of the day before and one of the week before.
const MESSAGES: usize = 4;

impl Stage {
    /// Runs the report's schedule twice. The operator's chat has each report once.
    pub(super) async fn report_to_operator(&self) -> Result<()> {
        for _ in 0..2 {
            let outcome = self.cloud.local().trigger_now(REPORT).await?;
            if !matches!(outcome, Outcome::Answered(_)) {
                return Err(Error::Demo(format!("the report came to nothing: {outcome:?}")));
            }
        }
        // What rang meanwhile is told there, too.
        let mut messages = self.telegram.chat(OPERATOR);
        messages.retain(|message| message.text().contains(REPORTS));
        let pictures = messages
            .iter()
            .filter(|message| message.now.media.is_some())
            .count();
        if (messages.len(), pictures) != (MESSAGES, MESSAGES / 2) {
            let told = format!("{} messages, {pictures} of them pictures", messages.len());
            return Err(Error::Demo(format!("the operator's chat has {told}")));
        }
        Ok(())
    }
}
