//! The "model": the user's words, tidied, with a few words about light and camera behind them.

/// The better prompt; the same for the same words.
pub(super) fn improve(prompt: &str) -> String {
    let words: Vec<&str> = prompt.split_whitespace().collect();
    let tidy = words.join(" ");
    let tidy = tidy.trim_end_matches(['.', ',', '!', ';']);
    let russian = tidy
        .chars()
        .any(|letter| matches!(letter, 'а'..='я' | 'А'..='Я' | 'ё' | 'Ё'));
    let endings = if russian { RUSSIAN } else { ENGLISH };
    let ending = endings[tidy.chars().count() % endings.len()];
    format!("{tidy}, {ending}")
}

/// What is said to a model that is to find an idea in a photo by itself.
pub(super) const NO_IDEA: &str = "There is no idea yet";

/// What could become of a photo, in the language that was asked for.
pub(super) fn look(prompt: &str) -> String {
    improve(if prompt.contains("Russian") {
        "то, что на фото, оживает"
    } else {
        "what is in the photo comes to life"
    })
}

/// Tokens as a price list counts them, roughly: four characters each.
pub(super) fn tokens(text: &str) -> u64 {
    u64::try_from(text.chars().count().div_ceil(CHARS_PER_TOKEN)).unwrap_or(u64::MAX)
}

/// The first `tokens` of a text.
pub(super) fn first(text: &str, tokens: u64) -> String {
    let chars = usize::try_from(tokens)
        .unwrap_or(usize::MAX)
        .saturating_mul(CHARS_PER_TOKEN);
    text.chars().take(chars).collect()
}

const CHARS_PER_TOKEN: usize = 4;

const ENGLISH: &[&str] = &[
    "soft golden light, slow push-in, natural motion, fine detail",
    "cinematic light, smooth tracking shot, shallow depth of field",
    "clear morning light, gentle handheld camera, lifelike movement",
];

const RUSSIAN: &[&str] = &[
    "мягкий золотой свет, медленный наезд камеры, естественное движение",
    "кинематографичный свет, плавный пролёт камеры, малая глубина резкости",
    "ясный утренний свет, лёгкая ручная камера, живые движения",
];
