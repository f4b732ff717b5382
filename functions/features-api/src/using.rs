//! Using a feature: its use is noted with every limit it is counted on, once for the key that it is told with, and can be
//! given back once.

use domain::time::Timestamp;
use domain::uses::{USE_ID_BYTES, Use, UseId};
use limits_flags::access::{Role, Scope};
use ring::digest::{SHA256, digest};
use store::{GivenBack, Tallied, Using};
use table::Deadline;

use crate::Api;
use crate::auth::{Caller, Operator, customer};
use crate::features::check::{checked, no_feature};
use crate::guard;
use crate::problem::Refusal;

/// How often uses are decided on again because others of the same customer were faster.
const TRIES_MAX: u32 = 5;
/// What the names of machines begin with.
const MACHINE: &str = "key#";

/// A use as a caller tells it.
pub(crate) struct Told<'a> {
    pub(crate) feature: &'a str,
    pub(crate) amount: u64,
    /// Whose; the caller's own without.
    pub(crate) user: Option<&'a str>,
    /// Nothing but the caller's word stands behind it: no handler of ours does something for it.
    pub(crate) is_word: bool,
    /// What makes it the same when it is told again.
    pub(crate) key: Option<&'a str>,
}

/// A use that is counted.
pub(crate) struct Used {
    pub(crate) noted: Use,
    /// It was counted before, when it was told with the same key.
    pub(crate) replayed: bool,
}

/// A use that is given back.
pub(crate) struct Back {
    pub(crate) noted: Use,
    /// It was given back before.
    pub(crate) before: bool,
}

impl Api {
    /// The operator's report counts what limits refuse.
    async fn noted(&self, refusal: Refusal, now: Timestamp) -> Refusal {
        if let Refusal::UsedUp { limit, .. } = &refusal
            && let Some(id) = &limit.limit_id
        {
            app::tally::note(&self.store.notes(), Tallied::Refused(id), now).await;
        }
        refusal
    }

    /// Counts a use on all of the feature's limits, or refuses it. A refusal is not kept: the same key may be tried again.
    pub(crate) async fn use_up(
        &self,
        caller: &Caller,
        told: &Told<'_>,
        deadline: Deadline,
    ) -> Result<Used, Refusal> {
        let id = self.use_id(caller, told.key);
        for _ in 0..TRIES_MAX {
            let mut seen = self.see(caller, told.user).await?;
            let whose = || Refusal::Forbidden("a machine must say who uses it: `user`".to_owned());
            let user = seen.target.as_deref().and_then(customer).ok_or_else(whose)?;
            let mut noted = Use {
                id: id.clone(),
                user,
                feature: told.feature.to_owned(),
                amount: told.amount,
                by: caller.name(),
                counted: Vec::new(),
                at: seen.now,
                released_at: None,
                answer: String::new(),
            };
            // Looked for after the counters were read: what the first telling counted may be what leaves no room now.
            if told.key.is_some()
                && let Some(before) = self.store.find_use(&id).await?
            {
                return again(before, &noted);
            }
            if seen.snapshot.registry.feature(told.feature).is_none() {
                return Err(no_feature(&seen, told.feature));
            }
            let how = match guard::uses(&seen, told.feature, told.amount) {
                Ok(how) => how,
                Err(refusal) => return Err(self.noted(refusal, seen.now).await),
            };
            // Else anybody could use up what all share, by nothing but saying so.
            if told.is_word
                && matches!(caller, Caller::User(_))
                && how.iter().any(|one| one.counted.key.is_shared())
            {
                let why = "all customers share a limit of this feature: a service counts it, with its key";
                return Err(Refusal::Forbidden(why.to_owned()));
            }
            seen.reckon(&how);
            let left = checked(&seen, told.feature, None, 0)?;
            noted.answer = serde_json::to_string(&left).map_err(|error| Refusal::Broken(Box::new(error)))?;
            noted.counted = how.iter().map(|one| one.counted.clone()).collect();
            match self.store.count_use(&noted, &how, deadline).await? {
                Using::Counted => {
                    return Ok(Used {
                        noted,
                        replayed: false,
                    });
                }
                Using::Before(before) => return again(*before, &noted),
                Using::Full => {}
            }
        }
        Err(Refusal::TooMany { retry_after_s: 1 })
    }

    /// Gives a use back to the windows that it came from, or where it is only `done`, frees what it counts as open.
    pub(crate) async fn give_back(
        &self,
        caller: &Caller,
        (feature, id): (&str, &str),
        done: bool,
        deadline: Deadline,
    ) -> Result<Back, Refusal> {
        let unknown = || Refusal::NotFound(format!("there is no use `{id}` of `{feature}`"));
        let id = UseId::parse(id).ok_or_else(unknown)?;
        let noted = self.store.find_use(&id).await?;
        let mut noted = noted
            .filter(|noted| noted.feature == feature)
            .ok_or_else(unknown)?;
        self.may_give_back(caller, &noted).await?;
        let now = self.now();
        if done {
            self.store.end_use(&noted, now, deadline).await?;
            let before = noted.released_at.is_some();
            return Ok(Back { noted, before });
        }
        match self.store.release_use(&noted, now, deadline).await? {
            GivenBack::Now => {
                noted.released_at = Some(now);
                Ok(Back { noted, before: false })
            }
            GivenBack::Before(noted) => Ok(Back {
                noted: *noted,
                before: true,
            }),
            GivenBack::Unknown => Err(unknown()),
        }
    }

    /// A user gives back what he told himself, a machine what machines told, and an editor anything.
    async fn may_give_back(&self, caller: &Caller, noted: &Use) -> Result<(), Refusal> {
        let own = match caller {
            Caller::User(_) => noted.by == caller.name(),
            Caller::Machine(machine) => machine.row.allows(Scope::Evaluate) && noted.by.starts_with(MACHINE),
        };
        if own {
            return Ok(());
        }
        let operator = Operator::of(self, caller).await;
        let not_theirs =
            |_| Refusal::Forbidden("whoever told of a use gives it back, or an editor".to_owned());
        operator.map_err(not_theirs)?.needs(Role::Editor)
    }

    /// The name of a use: the same for the same caller and key, else a new one.
    fn use_id(&self, caller: &Caller, key: Option<&str>) -> UseId {
        let name = match key {
            Some(key) => format!("told {} {key}", caller.name()),
            None => format!("made {} {}", caller.name(), self.env.nonce().as_str()),
        };
        let sum = digest(&SHA256, name.as_bytes());
        let mut bytes = [0; USE_ID_BYTES];
        bytes
            .iter_mut()
            .zip(sum.as_ref())
            .for_each(|(byte, of)| *byte = *of);
        UseId::of(bytes)
    }
}

/// What is answered to a key that was used before.
fn again(before: Use, now: &Use) -> Result<Used, Refusal> {
    if before.is_told_again_by(now) {
        return Ok(Used {
            noted: before,
            replayed: true,
        });
    }
    Err(Refusal::Senseless {
        detail: "this Idempotency-Key was used before, for another feature, amount or user".to_owned(),
        pointer: None,
    })
}
