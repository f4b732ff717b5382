//! What a finished file becomes in a chat: a video, a photo, music; or the file as it is, where it is too large for a
//! photo.

use domain::catalog::Makes;
use domain::id::FileId;
use domain::job::Job;
use providers::files::Checked;
use telegram::html;
use telegram::limits::{
    FETCH_BY_URL_BYTES_MAX, FETCH_PHOTO_BYTES_MAX, PHOTO_RATIO_MAX, PHOTO_SIDES_MAX, UPLOAD_PHOTO_BYTES_MAX,
};
use telegram::methods::{
    EditMessageMedia, InlineKeyboardMarkup, InputFile, InputMedia, InputMediaAudio, InputMediaDocument,
    InputMediaPhoto, InputMediaVideo,
};
use telegram::types::Message;

use super::Workshop;
use crate::texts::Say;
use crate::{cards, kinds};

/// Characters of the words that a recording is called by.
const TITLE_CHARS: usize = 60;

/// As what a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Video,
    Photo,
    Audio,
    /// As it is.
    Document,
}

impl Shape {
    /// What a file that was looked at is shown as.
    pub(super) fn of(makes: Makes, file: &Checked) -> Self {
        match makes {
            Makes::Image if !is_photo(file) => Self::Document,
            Makes::Image => Self::Photo,
            Makes::Music | Makes::Speech => Self::Audio,
            Makes::Video | Makes::Prompt | Makes::Transcript => Self::Video,
        }
    }

    /// The largest file of it that Telegram fetches by itself.
    pub(super) fn fetched_bytes_max(self) -> u64 {
        match self {
            Self::Photo => FETCH_PHOTO_BYTES_MAX,
            Self::Video | Self::Audio | Self::Document => FETCH_BY_URL_BYTES_MAX,
        }
    }
}

/// Whether Telegram takes a picture for a photo. One whose sides are not known is tried as one.
fn is_photo(file: &Checked) -> bool {
    let fits = file.pixels.is_none_or(|(width, height)| {
        let (long, short) = (width.max(height), width.min(height));
        long.saturating_add(short) <= PHOTO_SIDES_MAX && long <= short.saturating_mul(PHOTO_RATIO_MAX)
    });
    fits && file.bytes <= UPLOAD_PHOTO_BYTES_MAX
}

/// Whole seconds of sound.
pub(super) fn seconds(file: &Checked) -> Option<u32> {
    u32::try_from(file.duration_ms?.div_ceil(1000)).ok()
}

/// Telegram's name of what a message shows. A picture that came as a file has none for us: by that name it could not be
/// shown as a photo, which is what whoever asks for it later takes it for.
pub(super) fn file_id(message: &Message) -> Option<FileId> {
    let video = message.video.as_ref().map(|video| &video.file_id);
    let photo = || message.largest_photo().map(|photo| &photo.file_id);
    let audio = || message.audio.as_ref().map(|audio| &audio.file_id);
    let document = || {
        let document = message.document.as_ref()?;
        let picture = document
            .mime_type
            .as_deref()
            .is_some_and(|mime| mime.starts_with("image/"));
        (!picture).then_some(&document.file_id)
    };
    let named = video.or_else(photo).or_else(audio).or_else(document)?;
    Some(FileId(named.clone()))
}

/// What is in the place of a file that the call itself names.
pub(super) fn no_file() -> InputFile {
    InputFile::Url(String::new())
}

impl Workshop {
    /// The edit that makes a progress message what was ordered.
    pub(super) fn edit(&self, job: &Job, file: &Checked, shape: Shape) -> EditMessageMedia {
        let caption = self.caption(job);
        let media: InputMedia = match shape {
            Shape::Video => InputMediaVideo {
                duration: Some(job.order.duration_s),
                ..InputMediaVideo::new(no_file()).with_caption_html(caption)
            }
            .into(),
            Shape::Photo => InputMediaPhoto::new(no_file()).with_caption_html(caption).into(),
            Shape::Audio => InputMediaAudio {
                duration: seconds(file),
                performer: Some(self.model_title(job)),
                title: Some(sound_title(job)),
                ..InputMediaAudio::new(no_file()).with_caption_html(caption)
            }
            .into(),
            Shape::Document => {
                let told = Say::of(&job.order.locale).text("delivered-as-file");
                InputMediaDocument::new(no_file())
                    .with_caption_html(format!("{caption}\n\n{told}"))
                    .into()
            }
        };
        EditMessageMedia::new(job.place.chat.0, job.place.message.0, media)
            .with_buttons(self.result_buttons(job))
    }

    /// The buttons below what was ordered: below a picture that can be a photo, a video of it, where there is a model for it.
    pub(super) fn result_buttons(&self, job: &Job) -> InlineKeyboardMarkup {
        let (say, nonce) = (Say::of(&job.order.locale), &job.id.nonce);
        let small = job
            .result
            .as_ref()
            .is_none_or(|file| file.bytes <= UPLOAD_PHOTO_BYTES_MAX);
        let filmed = || {
            self.with_settings(|known| known.is_none_or(|it| it.offered(Makes::Video, true).next().is_some()))
        };
        if job.order.makes == Makes::Image && small && filmed() {
            kinds::picture_buttons(say, nonce)
        } else {
            cards::keyboard([cards::made_row(say, job)])
        }
    }

    /// What the model is called.
    pub(super) fn model_title(&self, job: &Job) -> String {
        let id = &job.order.model;
        self.with_settings(|known| {
            let model = known.and_then(|known| known.model(id));
            model.map_or_else(|| id.0.clone(), |model| model.title.clone())
        })
    }
}

/// What a recording is called: its order's first words.
pub(super) fn sound_title(job: &Job) -> String {
    let line = job
        .order
        .prompt
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty());
    html::truncate(line.unwrap_or_default(), TITLE_CHARS).into()
}

#[cfg(test)]
mod tests {
    use providers::files::Format;
    use telegram::types::{Audio, Document, PhotoSize, Video};

    use super::*;

    fn picture(bytes: u64, pixels: Option<(u32, u32)>) -> Shape {
        let file = Checked {
            format: Format::Jpeg,
            bytes,
            duration_ms: None,
            pixels,
        };
        Shape::of(Makes::Image, &file)
    }

    #[test]
    fn a_picture_is_a_photo_as_far_as_telegram_takes_it_for_one() {
        let megabytes = |count: u64| count << 20;
        assert_eq!(picture(megabytes(10), Some((5000, 5000))), Shape::Photo);
        assert_eq!(picture(1, None), Shape::Photo);
        assert_eq!(picture(1, Some((2000, 100))), Shape::Photo);
        assert_eq!(picture(megabytes(10) + 1, None), Shape::Document);
        assert_eq!(picture(1, Some((5001, 5000))), Shape::Document);
        assert_eq!(picture(1, Some((100, 2001))), Shape::Document);
    }

    #[test]
    fn a_message_tells_the_name_of_whatever_it_shows() {
        let named = || "F".to_owned();
        let sizes = [("small", 9), ("F", 90)].map(|(file_id, side)| PhotoSize {
            file_id: file_id.to_owned(),
            width: side,
            height: side,
            ..PhotoSize::default()
        });
        let shown = [
            Message {
                video: Some(Video {
                    file_id: named(),
                    ..Video::default()
                }),
                ..Message::default()
            },
            Message {
                photo: sizes.to_vec(),
                ..Message::default()
            },
            Message {
                audio: Some(Audio {
                    file_id: named(),
                    duration: 9,
                }),
                ..Message::default()
            },
            Message {
                document: Some(Document {
                    file_id: named(),
                    ..Document::default()
                }),
                ..Message::default()
            },
        ];
        for message in shown {
            assert_eq!(file_id(&message), Some(FileId(named())), "{message:?}");
        }
        assert_eq!(file_id(&Message::default()), None);
        let picture = Document {
            file_id: named(),
            mime_type: Some("image/png".to_owned()),
            ..Document::default()
        };
        let message = Message {
            document: Some(picture),
            ..Message::default()
        };
        assert_eq!(file_id(&message), None, "it cannot be shown as a photo");
    }
}
