//! What operators do with broadcasts. Each is written down with who did it and why, in the transaction of what it changes.

use std::time::Duration;

use domain::broadcast::{Broadcast, BroadcastId, Reckoning, Segment, State, Unfit, Wording};
use domain::id::UserId;
use domain::time::Timestamp;
use limits_flags::By;
use limits_flags::audit::{Action, Entry};
use store::{Broadcasts, People, Written};
use table::{Deadline, Write};

use super::{Fault, check, message};
use crate::Env;

/// Accounts that a dry run looks at in one request.
const PAGE: usize = 1_000;
/// What a go of a dry run leaves of its time for writing down how far it came.
const RESERVE: Duration = Duration::from_secs(4);
/// The longest that Telegram is waited for.
const TIMEOUT: Duration = Duration::from_secs(4);

/// Where operators make broadcasts.
#[derive(Clone, Debug)]
pub struct Announcer {
    /// The tables.
    pub broadcasts: Broadcasts,
    /// The table of changes.
    pub audit: String,
    /// Time and dice.
    pub env: Env,
}

/// A broadcast that is to be made.
#[derive(Clone, Debug)]
pub struct New {
    /// What it says.
    pub wording: Wording,
    /// To whom.
    pub segment: Segment,
    /// Messages a second at most.
    pub per_second: u32,
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// It cannot be sent as it is.
    #[error("{0}")]
    Faulty(#[from] Fault),
    /// There is no such broadcast.
    #[error("there is no such broadcast")]
    Unknown,
    /// Another state is needed.
    #[error("it is {}", .0.as_str())]
    NotNow(State),
    /// No dry run is there, or an old one.
    #[error("a dry run comes first, and is good for a day")]
    NotReckoned,
    /// Another number than that of the dry run.
    #[error("the dry run has found {0} recipients; name that number to start")]
    OtherCount(u64),
    /// It would reach nobody.
    #[error("it would reach nobody")]
    Nobody,
    /// It was started too long ago.
    #[error("it was started too long ago to be taken up again; make a new one")]
    TooLate,
    /// Somebody else was faster.
    #[error("somebody else was changing it; look again")]
    Overtaken,
    /// Telegram has not taken a test.
    #[error("Telegram has not taken it")]
    NotTaken(#[source] telegram::Error),
    /// The tables failed.
    #[error("the tables failed")]
    Tables(#[from] store::Error),
}

impl From<Unfit> for Failed {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::NotNow(state) => Self::NotNow(state),
            Unfit::NotReckoned => Self::NotReckoned,
            Unfit::OtherCount(count) => Self::OtherCount(count),
            Unfit::Nobody => Self::Nobody,
            Unfit::TooLate => Self::TooLate,
        }
    }
}

impl Announcer {
    /// Makes one; nobody is written to yet. `said` is what it says and to whom, as JSON, for the audit.
    pub async fn make(
        &self,
        new: New,
        said: String,
        by: &By,
        deadline: Deadline,
    ) -> Result<Broadcast, Failed> {
        check(&new.wording, &new.segment)?;
        let id = BroadcastId::new(by.at, &self.env.nonce());
        let made = Broadcast::new(id, (new.wording, new.segment, new.per_second), &by.who, by.at);
        let note = self.note(&made, Action::Create, said, by);
        self.broadcasts.make(&made, note, deadline).await?;
        Ok(made)
    }

    /// One as it stands.
    pub async fn get(&self, id: &BroadcastId) -> Result<Broadcast, Failed> {
        self.broadcasts.get(id).await?.ok_or(Failed::Unknown)
    }

    /// Goes on with a dry run for as long as there is time, or begins another where the last was finished. Whoever wants to
    /// know the end calls until it says when it was finished.
    pub async fn reckon(&self, id: &BroadcastId, deadline: Deadline) -> Result<Broadcast, Failed> {
        let before = self.get(id).await?;
        let half = before.reckoning.clone().filter(|it| it.finished_at.is_none());
        let reckoning = self.count(&before, half.unwrap_or_default(), deadline).await?;
        let after = before.reckoned(reckoning)?;
        self.wish((&before, &after), None, deadline).await
    }

    async fn count(
        &self,
        of: &Broadcast,
        mut reckoning: Reckoning,
        deadline: Deadline,
    ) -> Result<Reckoning, Failed> {
        loop {
            let now = self.env.now();
            let page = page(&self.broadcasts, of, reckoning.cursor, PAGE, now).await?;
            for person in &page.people {
                reckoning.add(of, person, now);
            }
            reckoning.cursor = page.next.or(reckoning.cursor);
            if page.next.is_none() {
                reckoning.finished_at = Some(now);
            }
            if page.next.is_none() || deadline.remaining() < RESERVE {
                return Ok(reckoning);
            }
        }
    }

    /// Sends it to one person as customers will see it, in every language that there is a text in.
    pub async fn test(
        &self,
        bot: &telegram::Client,
        (id, user): (&BroadcastId, UserId),
        by: &By,
        deadline: Deadline,
    ) -> Result<Broadcast, Failed> {
        let before = self.get(id).await?;
        let after = before.tested()?;
        let said = format!(r#"{{"tested_by":"{user}"}}"#);
        let note = self.note(&after, Action::Update, said, by);
        let tested = self.wish((&before, &after), Some(note), deadline).await?;
        for (language, text) in &tested.wording.texts {
            let sent = message::send(bot, &tested.wording, (user, language, text), TIMEOUT);
            sent.await.map_err(Failed::NotTaken)?;
        }
        Ok(tested)
    }

    /// Starts it. Whoever does so names how many the dry run has found.
    pub async fn start(
        &self,
        id: &BroadcastId,
        recipients: u64,
        by: &By,
        deadline: Deadline,
    ) -> Result<Broadcast, Failed> {
        let before = self.get(id).await?;
        let after = before.started(recipients, by.at)?;
        self.turn((&before, &after), by, deadline).await
    }

    /// Stops it; what is on its way arrives.
    pub async fn stop(&self, id: &BroadcastId, by: &By, deadline: Deadline) -> Result<Broadcast, Failed> {
        let before = self.get(id).await?;
        let after = before.stopped()?;
        self.turn((&before, &after), by, deadline).await
    }

    /// Takes it up again where it was.
    pub async fn resume(&self, id: &BroadcastId, by: &By, deadline: Deadline) -> Result<Broadcast, Failed> {
        let before = self.get(id).await?;
        let after = before.resumed(by.at)?;
        self.turn((&before, &after), by, deadline).await
    }

    async fn turn(
        &self,
        (before, after): (&Broadcast, &Broadcast),
        by: &By,
        deadline: Deadline,
    ) -> Result<Broadcast, Failed> {
        let recipients = after.expected.unwrap_or_default();
        let said = format!(
            r#"{{"state":"{}","recipients":{recipients},"sent":{}}}"#,
            after.state.as_str(),
            after.counts.sent
        );
        let note = self.note(after, Action::Update, said, by);
        self.wish((before, after), Some(note), deadline).await
    }

    async fn wish(
        &self,
        (before, after): (&Broadcast, &Broadcast),
        note: Option<Write>,
        deadline: Deadline,
    ) -> Result<Broadcast, Failed> {
        match self.broadcasts.wish((before, after), note, deadline).await? {
            Written::Yes => Ok(after.clone()),
            Written::Overtaken => Err(Failed::Overtaken),
        }
    }

    fn note(&self, it: &Broadcast, action: Action, said: String, by: &By) -> Write {
        let entry = Entry {
            entity: format!("broadcast#{}", it.id.as_str()),
            action,
            old: None,
            new: Some(said),
            by: by.clone(),
            version: it.revision,
            note: None,
        };
        entry.write(&self.audit)
    }
}

/// A page of the walk: through all accounts, or through those that the segment names.
pub(super) async fn page(
    broadcasts: &Broadcasts,
    of: &Broadcast,
    after: Option<UserId>,
    limit: usize,
    now: Timestamp,
) -> Result<People, store::Error> {
    if of.segment.users.is_empty() {
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        return broadcasts.people(after, limit, now).await;
    }
    let mut users = of.segment.users.iter().copied();
    let ahead = users
        .by_ref()
        .filter(|user| after.is_none_or(|after| *user > after));
    let users: Vec<UserId> = ahead.take(limit.saturating_add(1)).collect();
    let (some, more) = users.split_at(limit.min(users.len()));
    Ok(People {
        people: broadcasts.named(some, now).await?,
        next: (!more.is_empty()).then(|| some.last().copied()).flatten(),
    })
}
