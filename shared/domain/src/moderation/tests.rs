use proptest::prelude::*;

use super::*;

fn list(entries: &[(&str, &str)]) -> List {
    let mut list = List::default();
    for (category, entry) in entries {
        list.add(category, entry).unwrap();
    }
    list
}

fn ours() -> List {
    list(&[
        ("sexual", "секс"),
        ("sexual", "porn*"),
        ("minors", "голая девочк*"),
        ("violence", "Ёлки-палки"),
        ("person", "hell"),
    ])
}

#[test]
fn a_word_is_found_however_it_is_drawn() {
    for text in [
        "секс",
        "Котик и СЕКС.",
        "ceкc",
        "cekc",
        "с\u{200b}екс",
        "се\u{301}кс",
        "с.е.к.с",
        "с-е-к-с втроём",
        "тут с е к с и кот",
        "с_е_к_с",
        "се🙂кс",
        "pornography",
        "ｐｏｒｎ",
        "p0rn",
        "рorn",
    ] {
        assert_eq!(ours().find(text), Some("sexual"), "{text}");
    }
}

#[test]
fn what_only_holds_the_letters_is_not_found() {
    for text in [
        "",
        "кот",
        "бисексуал",
        "сексапильный",
        "unicorn, popcorn",
        "голая правда",
        "девочка играет",
        "девочка голая",
        "голая и девочка",
        "he'll come",
        "hello",
        "а я и ты",
    ] {
        assert_eq!(ours().find(text), None, "{text}");
    }
}

#[test]
fn a_phrase_is_found_whole_whatever_stands_between_its_words() {
    for text in ["Голая девочка", "голая, ДЕВОЧКИ!", "там голая\nдевочкой"]
    {
        assert_eq!(ours().find(text), Some("minors"), "{text}");
    }
    for text in ["елки палки", "ЁЛКИ-ПАЛКИ", "елки — палки"] {
        assert_eq!(ours().find(text), Some("violence"), "{text}");
    }
}

#[test]
fn what_can_mean_nothing_is_no_entry() {
    let mut list = List::default();
    for (entry, why) in [
        ("", Senseless::Empty),
        (" .,! ", Senseless::Empty),
        ("*", Senseless::Empty),
        ("a", Senseless::TooShort),
        ("ab*", Senseless::TooShort),
        ("ab* cde", Senseless::TooShort),
        ("a*b", Senseless::Star),
        ("*abc", Senseless::Star),
    ] {
        assert_eq!(list.add("x", entry), Err(why), "{entry}");
    }
    assert_eq!(list.add("x", &"a".repeat(101)), Err(Senseless::TooLong));
    assert!(list.is_empty());
    assert_eq!(list.find("a ab abc"), None);
}

/// Ways to write each letter of `porno` that look the same.
const DRAWN: [&[&str]; 5] = [
    &["p", "P", "р", "Р", "ρ", "ｐ"],
    &["o", "O", "о", "0", "ο", "o\u{301}"],
    &["r", "R", "r\u{200d}", "ｒ"],
    &["n", "N", "\u{feff}n"],
    &["o", "О", "o\u{ad}"],
];

proptest! {
    /// Whatever is written, it is read, and an empty list finds nothing in it.
    #[test]
    fn any_text_is_read(text in "\\PC{0,200}|(?s).{0,200}", entry in "(?s).{0,30}") {
        let none = List::default();
        prop_assert_eq!(none.find(&text), None);
        let mut list = ours();
        let taken = list.add("other", &entry).is_ok();
        list.find(&text);
        prop_assert!(!taken || entry.contains('*') || list.find(&entry).is_some());
    }

    /// However its letters are drawn and what stands between them, a word is found, and only between other words.
    #[test]
    fn a_word_drawn_with_look_alikes_is_found(picks in prop::array::uniform5(0_usize..6), between in "[.\\-_*~|]?") {
        let drawn: Vec<&str> = DRAWN.iter().zip(picks).map(|(ways, pick)| *ways.iter().cycle().nth(pick).unwrap()).collect();
        let word = drawn.join(&between);
        let found = list(&[("sexual", "порно"), ("sexual", "porno")]);
        prop_assert_eq!(found.find(&format!("кот {word}, пёс")), Some("sexual"));
        prop_assert_eq!(found.find(&format!("кот{word}пёс")), None);
    }
}
