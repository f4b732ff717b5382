//! Broadcasts, as operators make them and as the function sends them.

use std::collections::BTreeSet;
use std::time::Duration;

use app::broadcast::{Announcer, Next};
use domain::broadcast::{Broadcast, BroadcastId};
use domain::id::UserId;
use domain::money::Credits;
use domain::time::{Millis, Timestamp};
use limits_flags::By;
use played_telegram::ChatMessage;
use serde_json::{Map, json};
use store::{BroadcastTables, Broadcasts};
use table::{Db, Deadline};

use super::{BROADCAST, Stage, WEBHOOK_SECRET, clients};

/// A little less than the function's time-out in the template.
const RUN_TIME: Duration = Duration::from_secs(53);
/// Steps after which something goes round in circles.
const STEPS_MAX: usize = 200;

pub(crate) fn broadcasts(aws: &local_lambda::Aws, db: Db) -> Broadcasts {
    let tables = BroadcastTables {
        broadcasts: aws.table_name("BroadcastsTable").unwrap().to_owned(),
        accounts: clients::tables(aws).accounts,
    };
    Broadcasts::new(db, tables)
}

impl Stage {
    /// What an operator makes broadcasts with.
    pub fn announcer(&self) -> Announcer {
        Announcer {
            broadcasts: broadcasts(&self.aws, self.db.clone()),
            audit: self.aws.table_name("AuditTable").unwrap().to_owned(),
            env: self.broadcaster.env.clone(),
        }
    }

    /// A broadcast as it stands.
    pub async fn broadcast(&self, id: &BroadcastId) -> Broadcast {
        self.announcer().get(id).await.unwrap()
    }

    /// Makes a broadcast, counts whom it would reach, and starts it.
    pub async fn start_broadcast(&self, new: app::broadcast::New) -> BroadcastId {
        let by = By::new("an operator", "a test", self.now()).unwrap();
        let (announcer, soon) = (self.announcer(), Deadline::after(Duration::from_secs(20)));
        let made = announcer.make(new, "{}".to_owned(), &by, soon).await.unwrap();
        let counted = announcer.reckon(&made.id, soon).await.unwrap();
        let recipients = counted.reckoning.unwrap().recipients;
        announcer.start(&made.id, recipients, &by, soon).await.unwrap();
        made.id
    }

    /// One step of the function.
    pub async fn broadcast_step(&self) -> Next {
        self.try_broadcast_step().await.unwrap()
    }

    /// One step, which may fail.
    pub async fn try_broadcast_step(&self) -> Result<Next, store::Error> {
        self.invocations.add(BROADCAST);
        self.broadcaster.step(Deadline::after(RUN_TIME)).await
    }

    /// So many steps, each when it is due; gives how many there were until nothing ran any more.
    pub async fn broadcast_steps(&self, most: usize) -> usize {
        for step in 0..most.min(STEPS_MAX) {
            match self.broadcast_step().await {
                Next::At(at) => self.clock_to(at),
                Next::Nothing => return step,
                Next::NoTime => panic!("a step began without time"),
            }
        }
        most
    }

    /// Goes on until nothing runs any more.
    pub async fn broadcast_to_the_end(&self) {
        assert!(
            self.broadcast_steps(STEPS_MAX).await < STEPS_MAX,
            "a broadcast goes round in circles"
        );
    }

    /// A crowd of customers: every other speaks Russian. They have pressed Start while nobody listened, and their accounts
    /// are opened as the bot does it; five hundred welcomes would be another test's subject.
    pub async fn crowd(&self, users: std::ops::Range<i64>) {
        let listening = self.telegram.call("getWebhookInfo", Map::new()).await.unwrap();
        self.telegram.call("deleteWebhook", Map::new()).await.unwrap();
        for user in users {
            let language = if user % 2 == 0 { "ru" } else { "en" };
            self.telegram.create_user(user, "Anna", Some(language));
            self.telegram.say(user, "/start").unwrap();
            let soon = Deadline::after(Duration::from_secs(20));
            let opened = self
                .store
                .open_account(UserId(user), Credits(2), language, self.now(), soon);
            assert!(opened.await.unwrap().is_some());
        }
        let again = json!({"url": listening["url"], "secret_token": WEBHOOK_SECRET, "max_connections": 100,
            "drop_pending_updates": true});
        let again = again.as_object().unwrap().clone();
        self.telegram.call("setWebhook", again).await.unwrap();
    }

    /// The messages of a chat that have such words.
    pub fn told(&self, user: i64, words: &str) -> Vec<ChatMessage> {
        let chat = self.telegram.chat(user).into_iter();
        chat.filter(|message| message.from_bot && message.now.text.contains(words))
            .collect()
    }

    /// Whom a text has reached; nobody twice.
    pub fn reached(&self, users: std::ops::Range<i64>, words: &str) -> BTreeSet<i64> {
        let reached = users.filter(|user| match self.told(*user, words).len() {
            0 => false,
            1 => true,
            times => panic!("{user} was told {times} times"),
        });
        reached.collect()
    }

    /// Time passes until then.
    fn clock_to(&self, at: Timestamp) {
        let span = at.since(self.now());
        self.pass(span.max(Millis(0)));
    }
}
