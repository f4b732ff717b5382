//! `/cloud/faults`: a switch for each fault that the played servers and the embedded AWS know, so that somebody can see what the
//! bot makes of it. On, it strikes every request that it can; once, the next one.

mod page;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use local_lambda::{Armed, Effect, Fault, LocalLambda, Service};
use played_kie::{PlayedKie, Trouble};
use played_telegram::{ApiError, Happens, PlayedTelegram};

pub(crate) use page::router;

/// How often something strikes that is on.
const ALWAYS: u32 = u32::MAX;
/// For how long something slow is waited for.
const SLOW: Duration = Duration::from_secs(5);
/// After how many seconds the played Telegram wants to be asked again.
const RETRY_AFTER_S: u32 = 5;

/// A fault that can be switched on.
#[derive(Clone)]
pub(crate) struct Switch {
    /// Its name in an address.
    pub(crate) name: &'static str,
    /// Whose fault it is.
    pub(crate) whose: &'static str,
    /// What happens, for a person.
    pub(crate) about: &'static str,
    what: What,
}

/// Where a fault is put.
#[derive(Clone)]
enum What {
    Kie(Trouble),
    Telegram(Happens),
    Aws(Service, Option<&'static str>, Effect),
}

/// How a switch is turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    On,
    Off,
    /// The next request that it can strike, and no other.
    Once,
}

impl Turn {
    /// Reads a word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "on" => Some(Self::On),
            "off" => Some(Self::Off),
            "once" => Some(Self::Once),
            _ => None,
        }
    }
}

/// Every switch, as they stand on the page.
pub(crate) fn all() -> Vec<Switch> {
    [of_kie(), of_telegram(), of_dynamodb(), of_sqs()].concat()
}

fn of_kie() -> Vec<Switch> {
    let all = [
        (
            "kie-busy",
            "orders are refused: too many requests",
            Trouble::RateLimited,
        ),
        (
            "kie-away",
            "orders are turned away by a gateway",
            Trouble::Unavailable,
        ),
        ("kie-empty", "the operator's account is empty", Trouble::NoCredits),
        (
            "kie-loses",
            "orders are accepted, and the answers lost",
            Trouble::Lost,
        ),
        (
            "kie-hangs",
            "orders are accepted, and answered after two minutes",
            Trouble::Hung,
        ),
        ("kie-fails", "renders fail", Trouble::Failed),
        ("kie-slow", "renders take ten times as long", Trouble::Slow),
        ("kie-twice", "every callback comes twice", Trouble::Twice),
        (
            "kie-mute",
            "no callbacks: the end is found by asking",
            Trouble::NoCallback,
        ),
        ("kie-no-file", "success without a file", Trouble::NoFile),
        (
            "kie-blind",
            "asked how a render is, it answers 500",
            Trouble::LookupDown,
        ),
    ];
    let switch = |(name, about, trouble)| Switch::new(name, "KIE.AI", about, What::Kie(trouble));
    all.into_iter().map(switch).collect()
}

fn of_telegram() -> Vec<Switch> {
    let busy = Happens::Refused(ApiError::too_many(RETRY_AFTER_S));
    let all = [
        ("telegram-busy", "every call is answered 429", busy),
        (
            "telegram-slow",
            "every call waits five seconds",
            Happens::Delayed(SLOW),
        ),
        (
            "telegram-cut",
            "every call is cut off, and has no effect",
            Happens::CutBefore,
        ),
        (
            "telegram-loses",
            "every call has its effect, and its answer is lost",
            Happens::CutAfter,
        ),
    ];
    let switch = |(name, about, happens)| Switch::new(name, "Telegram", about, What::Telegram(happens));
    all.into_iter().map(switch).collect()
}

fn of_dynamodb() -> Vec<Switch> {
    let write = Some("TransactWriteItems");
    let all = [
        (
            "dynamodb-throttles",
            "every request is throttled",
            None,
            Effect::Throttle,
        ),
        (
            "dynamodb-fails",
            "every request is answered 500",
            None,
            Effect::InternalError,
        ),
        (
            "dynamodb-loses",
            "transactions are carried out, and their answers lost",
            write,
            Effect::LoseAnswer,
        ),
        (
            "dynamodb-conflicts",
            "transactions meet another",
            write,
            Effect::Conflict,
        ),
        (
            "dynamodb-slow",
            "every request waits five seconds",
            None,
            Effect::Delay(SLOW),
        ),
    ];
    let switch = |(name, about, operation, effect)| {
        let what = What::Aws(Service::DynamoDb, operation, effect);
        Switch::new(name, "DynamoDB", about, what)
    };
    all.into_iter().map(switch).collect()
}

fn of_sqs() -> Vec<Switch> {
    let all = [
        ("sqs-swallows", "doorbells are taken and lost", Effect::Swallow),
        ("sqs-doubles", "doorbells come twice", Effect::Duplicate),
        ("sqs-fails", "doorbells are answered 500", Effect::InternalError),
    ];
    let switch = |(name, about, effect)| {
        let what = What::Aws(Service::Sqs, Some("SendMessage"), effect);
        Switch::new(name, "SQS", about, what)
    };
    all.into_iter().map(switch).collect()
}

/// The switches over what is there.
pub(crate) struct Switches {
    all: Vec<Switch>,
    local: Weak<LocalLambda>,
    telegram: Option<PlayedTelegram>,
    kie: Option<PlayedKie>,
    on: Mutex<BTreeMap<&'static str, Option<Armed>>>,
}

impl Switches {
    /// All off. Of the real Telegram or the real provider nothing can be switched.
    pub(crate) fn new(
        local: Weak<LocalLambda>,
        telegram: Option<PlayedTelegram>,
        kie: Option<PlayedKie>,
    ) -> Arc<Self> {
        let is_there = |switch: &Switch| match switch.what {
            What::Kie(_) => kie.is_some(),
            What::Telegram(..) => telegram.is_some(),
            What::Aws(..) => true,
        };
        Arc::new(Self {
            all: all().into_iter().filter(is_there).collect(),
            local,
            telegram,
            kie,
            on: Mutex::default(),
        })
    }

    fn on(&self) -> MutexGuard<'_, BTreeMap<&'static str, Option<Armed>>> {
        self.on.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The switches that there are, each with whether it is on, and how often it has struck where that is counted.
    pub(crate) fn state(&self) -> Vec<(&Switch, bool, Option<u32>)> {
        let on = self.on();
        let state = |switch| {
            let armed = on.get(Switch::name(switch));
            let hits = armed.and_then(|armed| armed.as_ref().map(Armed::hits));
            (switch, armed.is_some(), hits)
        };
        self.all.iter().map(state).collect()
    }

    /// Turns a switch; `false` if there is none of that name.
    pub(crate) fn turn(&self, name: &str, turn: Turn) -> bool {
        let Some(switch) = self.all.iter().find(|switch| switch.name == name) else {
            return false;
        };
        let mut on = self.on();
        match turn {
            Turn::Once => {
                self.put(switch, 1);
            }
            Turn::On if on.contains_key(switch.name) => {}
            Turn::On => {
                on.insert(switch.name, self.put(switch, ALWAYS));
            }
            Turn::Off => {
                if let Some(Some(armed)) = on.remove(switch.name) {
                    armed.disarm();
                }
                self.put_anew(switch, &on);
            }
        }
        true
    }

    /// Puts a fault in place.
    fn put(&self, switch: &Switch, times: u32) -> Option<Armed> {
        match &switch.what {
            What::Kie(trouble) => {
                self.kie.as_ref()?.inject(*trouble, "", times);
                None
            }
            What::Telegram(happens) => {
                let fault = played_telegram::Fault::any(happens.clone());
                self.telegram.as_ref()?.fault(fault.times(times));
                None
            }
            What::Aws(service, operation, effect) => {
                let fault = Fault::new(*service, effect.clone()).times(times);
                let fault = match operation {
                    Some(operation) => fault.operation(operation),
                    None => fault,
                };
                Some(self.local.upgrade()?.aws().faults().arm(fault))
            }
        }
    }

    /// The played servers take all their faults away at once; those that are still on are put back.
    fn put_anew(&self, off: &Switch, on: &BTreeMap<&'static str, Option<Armed>>) {
        match (&off.what, &self.kie, &self.telegram) {
            (What::Kie(_), Some(kie), _) => kie.clear_injected(),
            (What::Telegram(..), _, Some(telegram)) => telegram.clear_faults(),
            _ => return,
        }
        for switch in self.all.iter().filter(|switch| switch.whose == off.whose) {
            if on.contains_key(switch.name) {
                self.put(switch, ALWAYS);
            }
        }
    }
}

impl Switch {
    fn new(name: &'static str, whose: &'static str, about: &'static str, what: What) -> Self {
        Self {
            name,
            whose,
            about,
            what,
        }
    }

    fn name(&self) -> &'static str {
        self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn switches() -> (PlayedKie, PlayedTelegram, Arc<Switches>) {
        let kie = PlayedKie::new(played_kie::Config::new("http://127.0.0.1:1"));
        let config = played_telegram::Config::new("1:x", "http://127.0.0.1:1");
        let telegram = PlayedTelegram::new(config).unwrap();
        let switches = Switches::new(Weak::new(), Some(telegram.clone()), Some(kie.clone()));
        (kie, telegram, switches)
    }

    #[test]
    fn what_is_switched_off_takes_nothing_else_with_it() {
        let (kie, telegram, switches) = switches();
        assert!(!switches.turn("kie-dances", Turn::On));
        for name in ["kie-slow", "kie-twice", "telegram-busy", "kie-slow"] {
            assert!(switches.turn(name, Turn::On), "{name}");
        }
        let injected = || -> Vec<Trouble> { kie.injected().iter().map(|(trouble, _)| *trouble).collect() };
        assert_eq!(injected(), [Trouble::Slow, Trouble::Twice], "each but once");
        switches.turn("kie-slow", Turn::Off);
        assert_eq!((injected(), telegram.faults_left()), (vec![Trouble::Twice], 1));
        switches.turn("kie-fails", Turn::Once);
        assert!(kie.injected().contains(&(Trouble::Failed, 1)));
        switches.turn("telegram-busy", Turn::Off);
        assert_eq!((injected().len(), telegram.faults_left()), (2, 0));
        let on = switches.state().into_iter().filter(|(_, is_on, _)| *is_on);
        assert_eq!(
            on.map(|(switch, ..)| switch.name).collect::<Vec<_>>(),
            ["kie-twice"]
        );
    }

    #[test]
    fn of_real_servers_nothing_is_switched_and_names_are_said_once() {
        let real = Switches::new(Weak::new(), None, None);
        assert!(!real.turn("telegram-busy", Turn::On) && !real.turn("kie-slow", Turn::On));
        assert!(real.turn("dynamodb-throttles", Turn::On));
        let mut names: Vec<&str> = all().iter().map(|switch| switch.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
