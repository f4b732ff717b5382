//! Words for a video: what is taken of a chat model's answer, and what is made without one.

/// A longer text is a description, whatever it ends with.
const QUESTION_CHARS_MAX: u32 = 120;

/// What a simple description is completed with, in the customer's language: how it moves, what the camera does, how it is
/// lit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// What is added.
    pub text: String,
    /// Beginnings of words that speak of it, in lower case, between spaces. Where the customer has said something of it,
    /// nothing is added.
    pub said: String,
}

impl Phrase {
    fn is_said_in(&self, lower: &str) -> bool {
        let mut each = lower.split(|letter: char| !letter.is_alphanumeric() && letter != '-');
        each.any(|word| {
            self.said
                .split_whitespace()
                .any(|beginning| word.starts_with(beginning))
        })
    }
}

/// Whether words look like a question to somebody rather than like a description: they are few, and end with a question mark,
/// begin with a word that asks, or have one that wants something of us. Both lists hold beginnings of words, in lower case.
pub fn asks(words: &str, (first, anywhere): (&str, &str)) -> bool {
    let words = words.trim();
    if chars(words) > QUESTION_CHARS_MAX {
        return false;
    }
    let lower = words.to_lowercase();
    let is_in = |word: &str, list: &str| {
        list.split_whitespace()
            .any(|beginning| word.starts_with(beginning))
    };
    let mut each = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let opens = each.next();
    let all = opens.into_iter().chain(each);
    words.ends_with(['?', '？'])
        || opens.is_some_and(|word| is_in(word, first))
        || all.into_iter().any(|word| is_in(word, anywhere))
}

/// A decent description out of the customer's own words, for when nobody improves them: what they do not say is added, as far
/// as there is room for it. Never longer than `chars_max`, unless the words are.
pub fn simple(words: &str, phrases: &[Phrase], chars_max: u32) -> String {
    let lower = words.to_lowercase();
    let mut all = words.trim().trim_end_matches(['.', ',', ';']).to_owned();
    for phrase in phrases.iter().filter(|phrase| !phrase.is_said_in(&lower)) {
        let longer = format!("{all}, {}", phrase.text);
        if chars(&longer) <= chars_max {
            all = longer;
        }
    }
    all
}

/// The words with what is to be different at their end, at most so long: what is wished is said last and overrules, so where
/// there is no room for all, the old words give way.
pub fn varied(words: &str, wish: &str, chars_max: u32) -> String {
    let wish = cut(wish.trim(), chars_max);
    let room = chars_max
        .saturating_sub(chars(wish))
        .saturating_sub(chars(BETWEEN));
    let words = cut(words.trim().trim_end_matches(['.', ',', ';', ' ']), room);
    if words.is_empty() {
        return wish.to_owned();
    }
    format!("{words}{BETWEEN}{wish}")
}

/// What stands between the words and a wish.
const BETWEEN: &str = ". ";

/// What is taken of an answer: one line, without control characters and the quotation marks around it, at most so long.
/// `None` if nothing is left.
pub fn taken(answer: &str, chars_max: u32) -> Option<String> {
    let shown = answer
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter });
    let shown: String = shown.filter(|letter| !is_invisible(*letter)).collect();
    let line = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.trim_matches(['"', '«', '»', '“', '”', '`', ' ']);
    let cut = cut(line, chars_max);
    (!cut.is_empty()).then(|| cut.to_owned())
}

/// Letters that change how others are shown, and that nobody sees.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The beginning of a line that has at most so many characters; in between two words, where there are two.
fn cut(line: &str, chars_max: u32) -> &str {
    let max = usize::try_from(chars_max).unwrap_or(usize::MAX);
    let Some((end, _)) = line.char_indices().nth(max) else {
        return line;
    };
    let head = line.get(..end).unwrap_or_default();
    let whole = head.rsplit_once(' ').map_or(head, |(whole, _)| whole);
    whole.trim_end_matches([' ', ',', ';', ':', '-'])
}

fn chars(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrases() -> Vec<Phrase> {
        let phrase = |text: &str, said: &str| Phrase {
            text: text.to_owned(),
            said: said.to_owned(),
        };
        vec![
            phrase("natural motion", "motion медленн"),
            phrase("slow push-in", "camera"),
            phrase("soft light", "light закат"),
        ]
    }

    #[test]
    fn few_words_that_want_something_of_us_are_a_question() {
        let lists = ("how сколько", "refund верни");
        for words in [
            "how much",
            "Сколько стоит",
            "Is it free?",
            "please REFUND me",
            "ну верните же",
        ] {
            assert!(asks(words, lists), "{words}");
        }
        let long = format!("{}?", "a cat ".repeat(30));
        for words in [
            "",
            "?!",
            "show a cat",
            "кот",
            "somehow a cat flies",
            long.as_str(),
        ] {
            assert!(!asks(words, lists), "{words}");
        }
    }

    #[test]
    fn only_what_was_not_said_is_added() {
        let made = |words| simple(words, &phrases(), 200);
        assert_eq!(made("a cat. "), "a cat, natural motion, slow push-in, soft light");
        assert_eq!(
            made("a cat, the camera follows"),
            "a cat, the camera follows, natural motion, soft light"
        );
        assert_eq!(
            made("Кот в лучах ЗАКАТА медленно идёт"),
            "Кот в лучах ЗАКАТА медленно идёт, slow push-in"
        );
        assert_eq!(
            made("delightful cat"),
            "delightful cat, natural motion, slow push-in, soft light"
        );
    }

    #[test]
    fn nothing_is_added_for_which_there_is_no_room() {
        assert_eq!(simple("a cat", &phrases(), 22), "a cat, natural motion");
        assert_eq!(simple("a cat", &phrases(), 17), "a cat, soft light");
        assert_eq!(simple("a cat", &phrases(), 3), "a cat");
    }

    #[test]
    fn a_wish_stands_behind_the_words_and_is_never_what_gives_way() {
        assert_eq!(varied("a cat runs.", " at night ", 99), "a cat runs. at night");
        assert_eq!(varied("", "at night", 99), "at night");
        assert_eq!(varied("a cat runs", "at night", 19), "a cat. at night");
        assert_eq!(varied("a cat runs", "at night", 9), "at night");
        assert_eq!(varied("a cat runs", "at night", 4), "at");
    }

    #[test]
    fn an_answer_is_one_clean_line_of_a_bounded_length() {
        let is = |answer: &str, max| taken(answer, max);
        assert_eq!(
            is(" «a\u{0} cat\n\nruns\u{202e}» ", 99).as_deref(),
            Some("a cat runs")
        );
        assert_eq!(is("a cat, runs fast", 9).as_deref(), Some("a cat"));
        assert_eq!(is("котокотокот", 4).as_deref(), Some("кото"));
        assert_eq!(is("четы", 4).as_deref(), Some("четы"));
        for nothing in ["", " \n\u{200b}", "\"\""] {
            assert_eq!(is(nothing, 99), None, "{nothing:?}");
        }
    }
}
