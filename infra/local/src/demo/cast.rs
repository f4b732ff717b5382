//! Who plays what.

use played_kie::{PlayedKie, Trouble};

use super::pictures::Picture;

/// What happens to a user's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Nothing out of the ordinary.
    Ordinary,
    /// Every render fails.
    ProviderFails,
    /// Every render succeeds, and brings no file.
    NoFile,
    /// The update of the Create button is delivered three times at once.
    UpdateRepeated,
    /// The worker is killed after the provider has accepted, before it can save that.
    WorkerKilled,
    /// The user blocks the bot while the video is made.
    BlocksTheBot,
    /// The user cancels; the provider is busy, so that there is time for it.
    Cancels,
    /// The provider accepts, and its answer is lost.
    AnswerLost,
    /// Every callback comes twice.
    CallbackTwice,
    /// The callback overtakes the provider's answer.
    CallbackEarly,
}

impl Part {
    /// What it is called in the table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ordinary => "",
            Self::ProviderFails => "every render fails",
            Self::NoFile => "success without a file",
            Self::UpdateRepeated => "update delivered 3 times",
            Self::WorkerKilled => "worker killed",
            Self::BlocksTheBot => "user blocks the bot",
            Self::Cancels => "user cancels",
            Self::AnswerLost => "provider's answer lost",
            Self::CallbackTwice => "callback comes twice",
            Self::CallbackEarly => "callback before the answer",
        }
    }

    fn trouble(self) -> Option<Trouble> {
        match self {
            Self::ProviderFails => Some(Trouble::Failed),
            Self::NoFile => Some(Trouble::NoFile),
            Self::WorkerKilled => Some(Trouble::Hung),
            Self::Cancels => Some(Trouble::RateLimited),
            Self::AnswerLost => Some(Trouble::Lost),
            Self::CallbackTwice => Some(Trouble::Twice),
            Self::CallbackEarly => Some(Trouble::Early),
            Self::Ordinary | Self::UpdateRepeated | Self::BlocksTheBot => None,
        }
    }

    /// For how many submissions the trouble holds: enough for every retry, or one.
    fn times(self) -> u32 {
        match self {
            Self::WorkerKilled | Self::AnswerLost => 1,
            _ => 100,
        }
    }
}

/// A user of the demo.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// Telegram's number.
    pub(super) user: i64,
    pub(super) name: &'static str,
    language: &'static str,
    pub(super) part: Part,
    /// Another model than the first on offer.
    pub(super) model: Option<&'static str>,
    /// The description, or the photo's caption.
    pub(super) words: &'static str,
    pub(super) picture: Option<Picture>,
}

impl Member {
    pub(super) fn language(&self) -> Option<&str> {
        Some(self.language).filter(|language| !language.is_empty())
    }
}

type Row = (
    &'static str,
    &'static str,
    Part,
    Option<&'static str>,
    &'static str,
    Option<Picture>,
);

const JPEG: Option<Picture> = Some(Picture::Jpeg {
    width: 801,
    height: 601,
});
const TALL: Option<Picture> = Some(Picture::Jpeg {
    width: 467,
    height: 829,
});
const SQUARE: Option<Picture> = Some(Picture::Jpeg {
    width: 513,
    height: 511,
});
const TURNED: Option<Picture> = Some(Picture::TurnedJpeg {
    width: 733,
    height: 401,
});
const PNG: Option<Picture> = Some(Picture::Png {
    width: 641,
    height: 479,
});

/// Name, language, part, model, words, picture.
#[rustfmt::skip]
const CAST: [Row; 20] = [
    ("Аня", "ru", Part::WorkerKilled, None, "облака плывут над городом ☁️", JPEG),
    ("Boris", "en", Part::Ordinary, Some("played-kling"), "a paper boat sails down a rainy street", None),
    ("Вера", "ru", Part::ProviderFails, None, "кот 🐈 прыгает на крышу в замедленной съёмке", None),
    ("Глеб", "ru", Part::Ordinary, Some("played-omni"), "бабушка улыбается и машет рукой 👋", TURNED),
    ("Dora", "en", Part::NoFile, None, "the lighthouse at dusk, waves <3 & wind", PNG),
    ("Егор", "ru", Part::UpdateRepeated, None, "поезд въезжает в туннель 🚂💨", None),
    ("Женя", "ru", Part::BlocksTheBot, None, "щенок 🐕‍🦺 бежит по пляжу", SQUARE),
    ("Zoe", "en", Part::Cancels, None, "fireworks over the bay 🎆", None),
    ("Ирина", "ru", Part::Ordinary, Some("played-luma"), "снег идёт, фонари горят ❄️", None),
    ("Карим", "kk", Part::AnswerLost, None, "степь, ветер и один всадник", None),
    ("Лиза", "ru", Part::Ordinary, None, "", TALL),
    ("Mei", "zh-hans", Part::Ordinary, Some("played-minimax"), "竹林里的熊猫 🐼 slow dolly in", None),
    ("Нина", "ru", Part::CallbackTwice, None, "чашка кофе, пар поднимается ☕", PNG),
    ("Олег", "", Part::CallbackEarly, None, "ракета взлетает 🚀🚀🚀", None),
    ("Павел", "ru", Part::Ordinary, Some("hailuo-2.3"), "машина мчится по ночному городу", JPEG),
    ("Queenie", "en", Part::Ordinary, Some("nano-banana-2"), "a <b>bold</b> fox & a \"shy\" owl", None),
    ("Рита", "ru", Part::Ordinary, Some("nano-banana-2"), "пусть цветок распустится 🌸", SQUARE),
    ("Саша", "uk", Part::Ordinary, Some("suno-v5"), "пісня про соняшники на вітрі 🌻", None),
    ("Тимур", "ru", Part::Ordinary, Some("eleven-turbo-2.5"), "Дракон\nлетит\nнад горами 🐉", None),
    ("Ulf", "de", Part::Ordinary, Some("played-routes"), "Nebel über dem Fluß, ein Boot #429", TURNED),
];

/// The first user's number.
const FIRST_USER: i64 = 5_000_000_001;

/// Everybody.
pub(super) fn cast() -> Vec<Member> {
    let member = |(user, (name, language, part, model, words, picture)): (i64, Row)| Member {
        user,
        name,
        language,
        part,
        model,
        words,
        picture,
    };
    (FIRST_USER..).zip(CAST).map(member).collect()
}

/// Tells the played provider whose orders go wrong.
pub(super) fn arrange(kie: &PlayedKie, members: &[Member]) {
    for member in members {
        if let Some(trouble) = member.part.trouble() {
            kie.inject(trouble, member.words, member.part.times());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_trouble_has_one_user_and_words_of_its_own() {
        let members = cast();
        assert_eq!(members.len(), 20);
        let special: Vec<_> = members.iter().filter(|it| it.part != Part::Ordinary).collect();
        assert_eq!(special.len(), 9);
        let words: BTreeSet<_> = special.iter().map(|it| it.words).collect();
        assert_eq!(words.len(), special.len());
        for member in special {
            let alike = members
                .iter()
                .filter(|it| it.words.contains(member.words))
                .count();
            assert_eq!(alike, 1, "{}", member.words);
        }
    }
}
