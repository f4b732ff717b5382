//! Why an order is not taken, in the customer's words.

use domain::admission::{Denied, Refusal};
use domain::catalog::Makes;
use domain::id::Nonce;
use domain::limit::{Limit, Usage};
use telegram::methods::Reply;

use super::visit::Visit;
use crate::way_out::way_out;
use crate::{kinds, moderation, quota, show};

impl Visit<'_> {
    /// Says why not. Where the card does not show the draft as it is, or shows what is no longer made, it is drawn anew.
    pub(super) fn refuse(&self, nonce: &Nonce, refusal: &Refusal, message_id: i64, query_id: &str) -> Reply {
        tracing::info!(name: "order_refused", user = self.account.user.0, ?refusal, "an order was refused");
        match refusal {
            Refusal::LimitReached(usage) => meter::limit_refused(&usage.limit.id),
            Refusal::NotEntitled(denied) => {
                meter::feature_denied(&denied.feature);
                tracing::info!(name: "feature_access_denied", user = self.account.user.0, feature_id = denied.feature, "Feature access denied");
            }
            _ => {}
        }
        match self.why_not(nonce, refusal) {
            Some(text) => Self::alert(query_id, &text),
            None => self.show_card(nonce, message_id, query_id),
        }
    }

    /// Why not, in words; `None` where the card itself says it.
    pub(super) fn why_not(&self, nonce: &Nonce, refusal: &Refusal) -> Option<String> {
        let say = self.say;
        Some(match refusal {
            Refusal::Paused => say.text("paused"),
            Refusal::DraftStale | Refusal::ChoiceUnavailable => return None,
            Refusal::ModelUnavailable => {
                let draft = self.draft(nonce);
                let photo = draft.is_some_and(|draft| draft.photo.is_some());
                let kind = draft.map_or(Makes::Video, |draft| kinds::of(&self.snapshot, draft));
                say.text(show::not_made(&self.snapshot, kind, photo))
            }
            Refusal::PromptTooShort { chars, min } => say.with(
                "refused-too-short",
                [("chars", (*chars).into()), ("min", (*min).into())],
            ),
            Refusal::PromptTooLong { chars, max } => say.with(
                "refused-too-long",
                [("chars", (*chars).into()), ("max", (*max).into())],
            ),
            Refusal::NotEnoughCredits { cost, available } => {
                let draft = self.draft(nonce);
                let hint =
                    draft.map(|draft| way_out(say, &self.snapshot, &self.account, draft, self.sells()));
                say.with(
                    "refused-credits",
                    [
                        ("cost", show::credits(say, *cost).into()),
                        ("available", show::credits(say, *available).into()),
                        ("hint", hint.unwrap_or_default().into()),
                    ],
                )
            }
            Refusal::InDebt(debt) => {
                let debt = show::credits(say, *debt);
                say.with("refused-debt", [("debt", debt.into())])
            }
            Refusal::TooManyActive { max } => say.with("refused-active", [("max", (*max).into())]),
            Refusal::LimitReached(usage) => {
                let zone = self.own_zone();
                let draft = self.draft(nonce);
                let plan = draft.and_then(|draft| self.way_up_called(draft, std::slice::from_ref(usage)));
                let tier = self.tier_with_more(usage);
                let more = (plan.as_deref(), tier.as_deref());
                quota::refused(say, &self.snapshot, usage, more, (&zone, self.now))
            }
            Refusal::NotEntitled(denied) => self.lacking(denied),
            Refusal::Suspended { until } => self.suspended(*until),
            Refusal::Moderated { category } => {
                if let Some(until) = self.account.standing.strikes.paused_at(self.now) {
                    return Some(self.suspended(until));
                }
                let why = moderation::why(say, &self.snapshot.moderation, category);
                say.with("refused-moderated", [("why", why.into())])
            }
        })
    }

    /// The name of the tier that has more room than a limit that came with a feature.
    fn tier_with_more(&self, usage: &Usage) -> Option<String> {
        let feature = quota::feature_of(&self.snapshot, &usage.limit)?;
        let used = |limit: &Limit| Some(self.usage(limit, usage.amount));
        self.entitled(|entitled| {
            let check = entitled.check_with_usage(feature, used);
            let tier = self.snapshot.registry.tier(check.unlocked_by.tier?)?;
            Some(tier.name.in_locale(self.say.locale().as_str()).to_owned())
        })
    }

    /// Why an order is refused for which the customer lacks something.
    fn lacking(&self, denied: &Denied) -> String {
        format!("{} {}", self.lacks(denied), self.say.text("not-charged"))
    }
}
