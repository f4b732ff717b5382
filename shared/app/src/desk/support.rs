//! `/support`: the customer's next message goes to the operator. And the button below refused words that says that they are
//! refused by mistake.

use domain::id::Nonce;
use domain::time::Millis;
use telegram::methods::{EditMessageText, Reply};
use telegram::types::Message;

use super::Error;
use super::helpdesk::{Helpdesk, quoted, whole};
use super::visit::Visit;

/// How long the next message is a question.
const ASKING: Millis = Millis::from_mins(60);
/// Questions of one customer in a day.
const QUESTIONS_MAX: u32 = 10;
/// Appeals of one customer in a day: the operator sees the words, and can answer.
const APPEALS_MAX: u32 = 1;
/// As much of refused words is shown to the operator.
const APPEAL_CHARS_MAX: usize = 200;
const QUESTION: &str = "question";
const APPEAL: &str = "appeal";

/// What became of something that was to be told to the operator.
enum Relayed {
    Told,
    TooOften,
    NotTold,
}

impl Visit<'_> {
    /// `/support`, `/support where is my cat?`. Where there is no operator's chat, what `/paysupport` says.
    pub(super) async fn support(&self, words: &str) -> Result<Reply, Error> {
        let Some(help) = &self.desk.helpdesk else {
            return Ok(self.pay_support());
        };
        if !words.is_empty() {
            return self.ask(help, words).await;
        }
        self.begin_to_ask().await?;
        Ok(self.send(self.say.text("support-ask")).into())
    }

    /// The same, in the place of a message.
    pub(super) async fn support_instead(&self, message_id: i64, query_id: &str) -> Result<Reply, Error> {
        if self.desk.helpdesk.is_none() {
            return Ok(Self::alert(query_id, &self.say.text("draft-stale")));
        }
        self.begin_to_ask().await?;
        Ok(EditMessageText::html(self.chat, message_id, self.say.text("support-ask")).into())
    }

    /// A message of somebody who was asked for a question. `None` if nobody was, or it is a command, which means that there
    /// is none.
    pub(super) async fn asked(&self, message: &Message, is_command: bool) -> Result<Option<Reply>, Error> {
        let is_asking = self.account.asking.is_some_and(|until| self.now < until);
        let Some(help) = self.desk.helpdesk.as_ref().filter(|_| is_asking) else {
            return Ok(None);
        };
        if is_command {
            self.stop_asking().await?;
            return Ok(None);
        }
        match message
            .text
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty())
        {
            Some(words) => self.ask(help, words).await.map(Some),
            None => Ok(Some(self.send(self.say.text("support-only-text")).into())),
        }
    }

    /// That words are refused is a mistake, says the customer.
    pub(super) async fn appeal(&self, nonce: &Nonce, query_id: &str) -> Result<Reply, Error> {
        let (Some(help), Some(draft)) = (&self.desk.helpdesk, self.draft(nonce)) else {
            return Ok(Self::alert(query_id, &self.say.text("draft-stale")));
        };
        let listed = self.snapshot.moderation.refuses(&draft.prompt);
        let category = match listed {
            Some(category) => category.to_owned(),
            None => match self.was_flagged(draft).await? {
                Some((category, subject)) => format!("{category} ({})", subject.as_str()),
                None => return Ok(Self::alert(query_id, &self.say.text("appeal-needless"))),
            },
        };
        let words = Some(draft.prompt.as_str()).filter(|words| !words.is_empty());
        let values = [
            ("user", self.account.user.to_string().into()),
            ("category", quoted(&category, APPEAL_CHARS_MAX).into()),
            ("words", quoted(words.unwrap_or("🖼"), APPEAL_CHARS_MAX).into()),
        ];
        let text = help.say.with("operator-appeal", values);
        let answer = match self.relay(help, text, (APPEAL, APPEALS_MAX)).await? {
            Relayed::Told => "appeal-sent",
            Relayed::TooOften => "appeal-already",
            Relayed::NotTold => "appeal-unsent",
        };
        Ok(Self::alert(query_id, &self.say.text(answer)))
    }

    async fn ask(&self, help: &Helpdesk, words: &str) -> Result<Reply, Error> {
        let values = [
            ("user", self.account.user.to_string().into()),
            ("words", whole(words).into()),
        ];
        let text = help.say.with("operator-question", values);
        let answer = match self.relay(help, text, (QUESTION, QUESTIONS_MAX)).await? {
            Relayed::Told => "support-sent",
            Relayed::TooOften => "support-too-often",
            // The next message is a question still.
            Relayed::NotTold => {
                self.begin_to_ask().await?;
                return Ok(self.send(self.say.text("support-unsent")).into());
            }
        };
        if self.account.asking.is_some() {
            self.stop_asking().await?;
        }
        Ok(self.send(self.say.text(answer)).into())
    }

    /// Tells the operator, if the customer may do so once more today.
    async fn relay(&self, help: &Helpdesk, text: String, (kind, max): (&str, u32)) -> Result<Relayed, Error> {
        let (store, user) = (&self.desk.store, self.account.user);
        if !store.take_turn(user, kind, max, self.now, self.deadline).await? {
            return Ok(Relayed::TooOften);
        }
        if help.tell(text, self.deadline).await {
            return Ok(Relayed::Told);
        }
        store.give_turn_back(user, kind, self.now, self.deadline).await?;
        Ok(Relayed::NotTold)
    }

    async fn begin_to_ask(&self) -> Result<(), Error> {
        let until = self.now.after(ASKING);
        let store = &self.desk.store;
        Ok(store
            .set_asking(self.account.user, Some(until), self.deadline)
            .await?)
    }

    pub(super) async fn stop_asking(&self) -> Result<(), Error> {
        let store = &self.desk.store;
        Ok(store.set_asking(self.account.user, None, self.deadline).await?)
    }
}
