//! A text or a photo becomes a draft, and the draft a card.

use domain::account::{Draft, Photo};
use domain::catalog::{Makes, Model};
use domain::id::MessageId;
use domain::job::{Job, Order};
use domain::time::Millis;
use domain::video::{Aspect, Quality};
use telegram::methods::Reply;
use telegram::types::{Document, Message};

use super::Error;
use super::visit::Visit;
use crate::kinds::KINDS;
use crate::{cards, show};

/// The largest picture that is taken: KIE.AI's models take 10 MB.
const PHOTO_BYTES_MAX: u64 = 10_000_000;
/// The same as people read it.
const PHOTO_MEGABYTES_MAX: u32 = 10;
/// A text that follows a photo within this time describes that photo.
pub(super) const PHOTO_WAITS: Millis = Millis::from_mins(60);

/// What is shown of a new draft first.
#[derive(Clone, Copy)]
pub(super) enum First {
    Card,
    Models,
}

/// What a message brings.
enum Brought {
    Words(String),
    Photo(Photo, String),
    TooBig,
    NotAPhoto,
    Sound,
    Video,
    Nothing,
}

impl Visit<'_> {
    /// A new draft from a message.
    pub(super) async fn compose(&self, message: &Message) -> Result<Reply, Error> {
        let say = self.say;
        let source = (message.message_id > 0).then_some(MessageId(message.message_id));
        // The same message again, after its answer was lost: its draft is there, and so is the photo that it took over.
        if let Some(draft) = self.account.draft.as_ref().filter(|_| source.is_some())
            && draft.source == source
        {
            return Ok(self.show_new(draft, First::Card));
        }
        if let Some(reply) = self.listen_to(message).await? {
            return Ok(reply);
        }
        let (prompt, photo) = match brought(message) {
            Brought::Words(words) => match self.take_wish(&words, source).await? {
                Some(reply) => return Ok(reply),
                None => (words, self.photo_before()),
            },
            Brought::Photo(photo, words) => (words, Some(photo)),
            Brought::TooBig => {
                return Ok(self
                    .send(say.with("photo-too-big", [("limit", PHOTO_MEGABYTES_MAX.into())]))
                    .into());
            }
            Brought::NotAPhoto => return Ok(self.send(say.text("not-a-photo")).into()),
            Brought::Sound => return Ok(self.send(say.text("only-voice")).into()),
            Brought::Video => return Ok(self.send(say.text("only-photo")).into()),
            Brought::Nothing => return Ok(self.send(say.text("not-understood")).into()),
        };
        if !self.takes_orders() {
            return Ok(self.send(say.text("paused")).into());
        }
        let Some(model) = self.model_for(photo.is_some()) else {
            let why = show::not_made(&self.snapshot, Makes::Video, photo.is_some());
            return Ok(self.send(say.text(why)).into());
        };
        let draft = Draft {
            source,
            ..self.new_draft(prompt, photo, model)
        };
        self.put(&draft, First::Card).await
    }

    /// A new draft like an order that was made before.
    pub(super) async fn again(&self, first: First, query_id: &str) -> Result<Reply, Error> {
        let say = self.say;
        let Some(job) = &self.job else {
            return Ok(Self::alert(query_id, &say.text("draft-stale")));
        };
        let drafted = self.once_more(job, first).await?;
        Ok(drafted.unwrap_or_else(|why| Self::alert(query_id, &say.text(why))))
    }

    /// The same; `Err` is the text that says why there is none.
    pub(super) async fn once_more(
        &self,
        job: &Job,
        first: First,
    ) -> Result<Result<Reply, &'static str>, Error> {
        if !self.takes_orders() {
            return Ok(Err("paused"));
        }
        match self.like(&job.order) {
            Ok(draft) => self.put_once(&draft, first).await.map(Ok),
            Err(why) => Ok(Err(why)),
        }
    }

    /// A draft like an order, as far as its model still makes such a thing. `Err` is the text that says why there is none.
    pub(super) fn like(&self, order: &Order) -> Result<Draft, &'static str> {
        let photo = order.image.as_ref().map(|image| Photo {
            file_id: image.file_id.clone(),
            width: 0,
            height: 0,
        });
        let same = self
            .snapshot
            .model(&order.model)
            .filter(|model| !model.makes.is_words() && model.takes(photo.is_some()));
        let like_it = || self.first_of(order.makes, photo.is_some());
        let Some(model) = same.or_else(like_it) else {
            return Err(show::not_made(&self.snapshot, order.makes, photo.is_some()));
        };
        let mut draft = self.new_draft(order.prompt.clone(), photo, model);
        if draft.photo.is_some() || model.aspects.contains(&order.aspect) {
            draft.aspect = order.aspect;
        }
        if model.price(order.duration_s, Quality::Standard).is_some() {
            draft.duration_s = order.duration_s;
        }
        let quality = order.quality.unwrap_or_default();
        draft.quality = model.quality_or_standard(draft.duration_s, quality);
        Ok(draft)
    }

    /// The draft that a button makes. Pressed twice, or the same press again after its answer was lost, it is the same draft
    /// once more, so that every card that is drawn can be ordered from; but not one that is too old to take words in.
    pub(super) async fn put_once(&self, draft: &Draft, first: First) -> Result<Reply, Error> {
        let stands = self.account.draft.as_ref();
        let fresh = |stands: &&Draft| self.now.since(stands.created_at) <= PHOTO_WAITS;
        match stands
            .filter(fresh)
            .filter(|stands| stands.describes_the_same(draft))
        {
            Some(stands) => Ok(self.show_new(stands, first)),
            None => self.put(draft, first).await,
        }
    }

    pub(super) async fn put(&self, draft: &Draft, first: First) -> Result<Reply, Error> {
        if !self
            .desk
            .store
            .put_draft(self.account.user, draft, self.deadline)
            .await?
        {
            return Ok(self.send(self.say.text("trouble")).into());
        }
        Ok(self.show_new(draft, first))
    }

    /// A draft in a message of its own.
    fn show_new(&self, draft: &Draft, first: First) -> Reply {
        let usages = self.usages_of(draft);
        let view = self.view(draft, &usages);
        self.send_card(match first {
            First::Card => cards::draft(&view),
            First::Models => cards::models(&view),
        })
    }

    pub(super) fn new_draft(&self, prompt: String, photo: Option<Photo>, model: &Model) -> Draft {
        let before = self.account.draft.as_ref();
        let choice = self.account.choice();
        let wanted = choice.as_ref().map(|choice| (choice.duration_s, choice.quality));
        let (duration_s, quality) = wanted.unwrap_or_default();
        let (duration_s, quality) = model.nearest(duration_s, quality);
        let aspect = choice
            .map(|choice| choice.aspect)
            .filter(|aspect| model.aspects.contains(aspect));
        // What was chosen for a photo still holds when words are added to it.
        let same_photo = before.filter(|draft| draft.photo.is_some() && draft.photo == photo);
        let of_photo = same_photo
            .map(|draft| draft.aspect)
            .or_else(|| photo.as_ref().and_then(shape_of));
        let aspect = of_photo.or(aspect);
        Draft {
            nonce: self.desk.env.nonce(),
            revision: 1,
            prompt,
            photo,
            model: model.id.clone(),
            aspect: aspect
                .or_else(|| model.aspects.first().copied())
                .unwrap_or(Aspect::Portrait),
            duration_s,
            quality,
            created_at: self.now,
            source: None,
            voice: None,
            before: None,
            wish: None,
        }
    }

    /// The model of the draft before, or of the latest video, if it takes such an order, else the first on offer: for a video, or else for whatever
    /// there is.
    pub(super) fn model_for(&self, with_photo: bool) -> Option<&Model> {
        let choice = self.account.choice();
        let kept = choice
            .and_then(|choice| self.snapshot.model(&choice.model))
            .filter(|model| model.takes(with_photo));
        let locked = self.locked();
        let is_open = |model: &&Model| !locked.contains(&model.id);
        let first = || {
            KINDS
                .into_iter()
                .find_map(|makes| self.first_of(makes, with_photo))
        };
        // Where every one is locked, the card says what would open it.
        kept.filter(is_open)
            .or_else(|| first().filter(is_open))
            .or(kept)
            .or_else(first)
    }

    /// The photo that was sent shortly before and still has no words.
    pub(super) fn photo_before(&self) -> Option<Photo> {
        let draft = self.account.draft.as_ref()?;
        let waiting = draft.prompt.is_empty() && self.now.since(draft.created_at) <= PHOTO_WAITS;
        draft.photo.clone().filter(|_| waiting)
    }
}

fn brought(message: &Message) -> Brought {
    let words = message.text.as_deref().or(message.caption.as_deref());
    // A command below a photo describes no video.
    let words = words
        .map(str::trim)
        .filter(|words| !words.starts_with('/'))
        .unwrap_or_default()
        .to_owned();
    if let Some(size) = message.largest_photo() {
        let photo = Photo {
            file_id: size.file_id.clone(),
            width: size.width,
            height: size.height,
        };
        return Brought::Photo(photo, words);
    }
    // A moving picture comes as a file, too.
    if words.is_empty() && (message.video.is_some() || message.animation.is_some()) {
        return Brought::Video;
    }
    if let Some(document) = &message.document {
        let picture = matches!(document.mime_type.as_deref(), Some("image/jpeg" | "image/png"));
        let too_big = document.file_size.unwrap_or(0) > PHOTO_BYTES_MAX;
        return match (picture, too_big) {
            (true, false) => Brought::Photo(picture_of(document), words),
            (true, true) => Brought::TooBig,
            (false, _) => Brought::NotAPhoto,
        };
    }
    if message.audio.is_some() || message.video_note.is_some() {
        return Brought::Sound;
    }
    if words.is_empty() {
        Brought::Nothing
    } else {
        Brought::Words(words)
    }
}

/// A picture sent as a file. Telegram tells its size only of the small one that it makes of it, which has its shape.
fn picture_of(document: &Document) -> Photo {
    let small = document.thumbnail.as_ref();
    let (width, height) = small.map_or((0, 0), |size| (size.width, size.height));
    Photo {
        file_id: document.file_id.clone(),
        width,
        height,
    }
}

/// The shape that a photo calls for.
fn shape_of(photo: &Photo) -> Option<Aspect> {
    let (width, height) = (u64::from(photo.width), u64::from(photo.height));
    if width == 0 || height == 0 {
        return None;
    }
    Some(if width * 4 > height * 5 {
        Aspect::Landscape
    } else if height * 4 > width * 5 {
        Aspect::Portrait
    } else {
        Aspect::Square
    })
}
