//! A text as it looks: small letters of one alphabet, in words.

/// As many letters in a row that each stand alone may be a word that was drawn apart.
const ALONE_MIN: usize = 3;
/// The longest word that is looked for among letters that each stand alone: short words of the language stand alone, too,
/// so where it begins and ends is not known.
const ALONE_MAX: usize = 12;

/// What a character is to whoever reads.
enum Seen {
    /// A letter or a digit.
    Letter(char),
    /// Nothing at all.
    Nothing,
    /// The end of a word.
    End,
    /// Something within a word or between two: a full stop, a hyphen, a picture.
    Mark,
}

/// A text's words in two readings.
pub(super) struct Folded {
    /// Words end where there is no letter.
    apart: String,
    /// Words end at spaces alone.
    together: String,
    /// Something stands between letters that is no space.
    marked: bool,
}

impl Folded {
    /// Reads a text.
    pub(super) fn of(text: &str) -> Self {
        let mut folded = Self {
            apart: String::with_capacity(text.len()),
            together: String::with_capacity(text.len()),
            marked: false,
        };
        for letter in text.chars().flat_map(char::to_lowercase) {
            match seen(letter) {
                Seen::Letter(letter) => {
                    folded.apart.push(letter);
                    folded.together.push(letter);
                }
                Seen::Nothing => {}
                Seen::End => {
                    folded.apart.push(' ');
                    folded.together.push(' ');
                }
                Seen::Mark => {
                    folded.apart.push(' ');
                    folded.marked = true;
                }
            }
        }
        folded
    }

    /// The words, each between two of whatever is no letter.
    pub(super) fn words(&self) -> Vec<&str> {
        self.apart.split(' ').filter(|word| !word.is_empty()).collect()
    }

    /// The words with what is between letters left out, and letters that each stand alone drawn together: `s.e.x`, `s e x`.
    /// `None` where that is no other reading.
    pub(super) fn drawn_together(&self) -> Option<Vec<String>> {
        let words: Vec<&str> = self.together.split(' ').filter(|word| !word.is_empty()).collect();
        let is_alone = |word: &&str| word.chars().nth(1).is_none();
        let runs = words.chunk_by(|one, next| is_alone(one) && is_alone(next));
        let runs: Vec<&[&str]> = runs.collect();
        let drawn_apart = |run: &[&str]| run.len() >= ALONE_MIN;
        if !self.marked && !runs.iter().any(|run| drawn_apart(run)) {
            return None;
        }
        let alone = runs.iter().filter(|run| drawn_apart(run));
        let alone = alone.flat_map(|run| {
            let from = move |start: usize| {
                let ends = (start.saturating_add(ALONE_MIN)..=run.len()).take(ALONE_MAX);
                ends.filter_map(move |end| Some(run.get(start..end)?.concat()))
            };
            (0..run.len()).flat_map(from)
        });
        let alone: Vec<String> = alone.collect();
        Some(words.into_iter().map(str::to_owned).chain(alone).collect())
    }
}

/// What a small letter looks like. Cyrillic and Greek letters that look like Latin ones are these; `ё` and `й` are read
/// without what is above them, which may be written as a character of its own.
fn seen(letter: char) -> Seen {
    let letter = match letter {
        // The same letters, as wide as a Chinese one.
        '\u{ff41}'..='\u{ff5a}' => wide(letter),
        other => other,
    };
    Seen::Letter(match letter {
        'а' | 'α' | '@' => 'a',
        'в' | 'ʙ' | 'β' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ё' | 'ε' => 'e',
        'н' | 'һ' => 'h',
        'і' | 'ї' | 'ι' | 'ı' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'м' | 'μ' => 'm',
        'о' | 'ο' | '0' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' | '$' => 's',
        'т' | 'τ' => 't',
        'ν' => 'v',
        'х' | 'χ' => 'x',
        'у' | 'ү' | 'υ' => 'y',
        '3' => 'з',
        'й' => 'и',
        // What joins, hides, or turns the direction, and marks above and below letters.
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{300}'..='\u{36f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' => return Seen::Nothing,
        // Two words of everyday language, drawn together, may be another: he'll.
        '\'' | '’' | 'ʼ' | '`' => return Seen::End,
        letter if letter.is_alphanumeric() => letter,
        letter if letter.is_whitespace() => return Seen::End,
        _ => return Seen::Mark,
    })
}

/// A wide small letter as an ordinary one.
fn wide(letter: char) -> char {
    let place = u32::from(letter).saturating_sub(u32::from('\u{ff41}'));
    char::from_u32(u32::from('a').saturating_add(place)).unwrap_or(letter)
}
