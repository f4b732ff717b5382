//! "Sample" beside a model: something that it has made, as the operator has chosen it.

use std::time::Duration;

use domain::catalog::{Makes, Model, Sample, SampleFile};
use domain::id::ModelId;
use telegram::Error as Refused;
use telegram::html;
use telegram::methods::{AnswerCallbackQuery, InputFile, Reply, SendAudio, SendPhoto, SendVideo};

use super::Error;
use super::visit::Visit;
use crate::show;

/// The longest that Telegram is waited for: somebody looks at the button.
const CALL_MAX: Duration = Duration::from_secs(5);
/// What is kept of the time for the answer.
const RESERVE: Duration = Duration::from_secs(1);
/// Samples that one customer is sent in a day (UTC).
const SAMPLES_MAX: u32 = 30;
/// What a sample is counted as.
const SAMPLE: &str = "sample";

impl Visit<'_> {
    /// Sends a model's sample. It is a call of our own: whether Telegram still has the file is known only by trying, and
    /// whoever pressed is to be told.
    pub(super) async fn sample(&self, id: &ModelId, query_id: &str) -> Result<Reply, Error> {
        let alert = |text: &str| Ok(Self::alert(query_id, &self.say.text(text)));
        let model = self.snapshot.model(id).filter(|model| model.enabled);
        let Some((model, sample)) = model.and_then(|model| Some((model, model.sample.as_ref()?))) else {
            return alert("sample-gone");
        };
        let (store, user) = (&self.desk.store, self.account.user);
        if !store
            .take_turn(user, SAMPLE, SAMPLES_MAX, self.now, self.deadline)
            .await?
        {
            return alert("sample-too-often");
        }
        match self.send_sample(model, sample).await {
            Ok(()) => Ok(AnswerCallbackQuery::silent(query_id).into()),
            Err(
                None | Some(Refused::RateLimited { .. } | Refused::NotSent { .. } | Refused::Unknown { .. }),
            ) => alert("sample-later"),
            Err(Some(error)) => {
                tracing::warn!(name: "sample_refused", model = id.0, error = crate::chain(&error), "Telegram does not send a model's sample");
                alert("sample-gone")
            }
        }
    }

    /// `Err(None)`: there was nobody to ask, or no time.
    async fn send_sample(&self, model: &Model, sample: &Sample) -> Result<(), Option<Refused>> {
        let bot = self
            .desk
            .cashier
            .as_ref()
            .and_then(|cashier| cashier.bot.as_ref());
        let bot = bot.ok_or(None)?;
        let timeout = self.deadline.for_call(CALL_MAX, RESERVE).ok_or(None)?;
        let file = match &sample.file {
            SampleFile::Telegrams(name) => InputFile::FileId(name.clone()),
            SampleFile::At(url) => InputFile::Url(url.clone()),
        };
        let (chat, caption) = (self.chat, self.sample_caption(model, sample));
        let sent = match model.makes {
            Makes::Image => {
                let photo = SendPhoto::new(chat, file).with_caption_html(caption);
                bot.call(&photo, timeout).await.map(drop)
            }
            Makes::Music | Makes::Speech => {
                let sound = SendAudio::new(chat, file).with_caption_html(caption);
                bot.call(&sound, timeout).await.map(drop)
            }
            Makes::Video | Makes::Prompt | Makes::Transcript => {
                let video = SendVideo::new(chat, file).with_caption_html(caption);
                bot.call(&video, timeout).await.map(drop)
            }
        };
        sent.map_err(Some)
    }

    /// The model, how long the sample is, and what it has cost.
    fn sample_caption(&self, model: &Model, sample: &Sample) -> String {
        let say = self.say;
        let mut caption = say.with(
            "sample-caption",
            [("model", html::escape(&model.title).into_owned().into())],
        );
        if sample.duration_s > 0 {
            let length = say.with("seconds", [("count", sample.duration_s.into())]);
            caption = format!("{caption}, {length}");
        }
        if sample.credits.0 > 0 {
            let price = [("price", show::credits(say, sample.credits).into())];
            caption = format!("{caption}\n{}", say.with("sample-cost", price));
        }
        caption
    }
}
