//! Why somebody's order is refused: T1's own decision on their draft, what a check has said of it, and what they were refused
//! for of late. Nothing is written, and it is judged as for the customer: in their language, not in the operators'.

use domain::account::{Account, Draft, Place};
use domain::id::{ChatId, MessageId, UserId};
use domain::moderation::Unanswered;
use store::Refused;
use telegram::html;

use super::super::Error;
use super::super::create::Wanted;
use super::super::visit::Visit;
use super::{Counter, shown};
use crate::heard::Heard;

/// As many of the latest refusals are told.
const REFUSALS: usize = 5;

impl Counter<'_> {
    /// Whether the customer's draft would be taken now, or any order where there is none. And what became of the latest one.
    pub(super) async fn why(&self, user: UserId) -> Result<String, Error> {
        let say = self.help.say;
        let seen = Box::pin(self.desk.look_at(user, say, self.deadline)).await?;
        let Some(mut visit) = seen else {
            return Ok(say.text("urgent-found-nothing"));
        };
        let has_draft = visit.account.draft.is_some();
        if !has_draft {
            let model = visit.model_for(false).cloned();
            let draft = model.map(|model| visit.new_draft(say.text("urgent-why-words"), None, &model));
            visit.account.draft = draft;
        }
        let judged = match visit.account.draft.clone() {
            Some(draft) => self.judged(&mut visit, &draft, has_draft).await?,
            None => say.text("urgent-why-nothing-on-sale"),
        };
        let page = self.desk.store.requests().read_by_user(user, None, 1).await?;
        let last = page.lines.first().map(|line| self.line(line));
        let lines = [
            Some(judged),
            Some(self.account_line(&visit.account)),
            last,
            self.refusals(&visit.account).await?,
        ];
        Ok(lines.into_iter().flatten().collect::<Vec<_>>().join("\n"))
    }

    async fn judged(&self, visit: &mut Visit<'_>, draft: &Draft, has_draft: bool) -> Result<String, Error> {
        let say = self.help.say;
        let place = Place {
            chat: ChatId(visit.account.user.0),
            message: MessageId(0),
        };
        let decided = visit.decide(Wanted::Described, &draft.nonce, draft.revision, place);
        // Decided for the customer, told to operators.
        visit.say = say;
        let refused = decided.err().map(|refusal| {
            let why = visit.why_not(&draft.nonce, &refusal);
            why.unwrap_or_else(|| say.text("urgent-why-card"))
        });
        let heard = if has_draft {
            visit.heard_before(draft).await?
        } else {
            Heard::NoCheck
        };
        let flagged = match heard {
            Heard::Refused { subject, category } => Some(format!("{category} ({})", subject.as_str())),
            Heard::NoCheck | Heard::Passes | Heard::NotAsked { .. } => None,
        };
        let verdict = match (&refused, &flagged) {
            (Some(why), _) => say.with("urgent-why-refused", [("why", shown(why).into())]),
            (None, Some(what)) => say.with("urgent-why-flagged", [("what", shown(what).into())]),
            (None, None) => say.text("urgent-why-taken"),
        };
        let unasked = match heard {
            Heard::NotAsked { unanswered } => {
                let then = match unanswered {
                    Unanswered::Refuse => "refuse",
                    Unanswered::GoOn => "go_on",
                };
                Some(say.with("urgent-why-unasked", [("then", then.into())]))
            }
            Heard::NoCheck | Heard::Passes | Heard::Refused { .. } => None,
        };
        let of = if has_draft {
            "urgent-why-draft"
        } else {
            "urgent-why-any"
        };
        let of = say.with(of, [("model", shown(&draft.model.0).into())]);
        let lines = [Some(of), Some(verdict), unasked];
        Ok(lines.into_iter().flatten().collect::<Vec<_>>().join("\n"))
    }

    /// What somebody was refused for of late.
    async fn refusals(&self, account: &Account) -> Result<Option<String>, Error> {
        let refusals = self.desk.store.refusals(account.user, self.now).await?;
        if refusals.is_empty() {
            return Ok(None);
        }
        let line = |refused: &Refused| {
            let (why, model) = (shown(&refused.why), html::escape(&refused.model.0));
            format!("• <code>{why}</code> {model} · {}", self.moment(refused.at))
        };
        let lines: Vec<String> = refusals.iter().take(REFUSALS).map(line).collect();
        let lines = lines.join("\n");
        Ok(Some(
            self.help.say.with("urgent-why-before", [("lines", lines.into())]),
        ))
    }
}
