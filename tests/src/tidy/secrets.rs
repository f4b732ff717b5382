//! Secrets are read from Secrets Manager at start. Neither the template nor a function's environment, which everybody
//! with a look at the console sees, holds one.

use serde_norway::Value;

use super::Findings;
use super::template::{Template, entries, texts};

/// Words that name a secret in a parameter or variable.
const SECRET_WORDS: [&str; 5] = ["SECRET", "TOKEN", "KEY", "PASSWORD", "CREDENTIAL"];

/// Where a secret is, which is not itself one: reading it takes a right of its own. `cargo ctl` finds the secret by this
/// address among the stack's outputs, so the parameter is not hidden.
const ADDRESS_ENDINGS: [&str; 2] = ["ARN", "NAME"];

/// Digits before and characters after the colon of a Telegram bot token.
const BOT_ID_DIGITS_MIN: usize = 8;
const BOT_TOKEN_LETTERS: usize = 35;

/// Nothing secret in sight: variables, parameters, and values that look like a bot token.
pub fn out_of_sight(template: &Template) -> Findings {
    [
        plain_variables(template),
        shown_parameters(template),
        tokens(template),
    ]
    .concat()
}

fn plain_variables(template: &Template) -> Findings {
    let variables = template.functions().flat_map(|function| {
        template
            .environment(function)
            .map(move |(name, _)| (function, name))
    });
    let secret = variables.filter(|(_, name)| names_a_secret(name));
    secret
        .map(|(function, name)| format!("{}: {name} puts a secret into plain environment", function.name))
        .collect()
}

fn shown_parameters(template: &Template) -> Findings {
    let parameters = entries(template.at(&["Parameters"]));
    let shown = parameters.filter(|(name, parameter)| {
        names_a_secret(&name.to_uppercase()) && parameter.get("NoEcho").and_then(Value::as_bool) != Some(true)
    });
    shown
        .map(|(name, _)| format!("{name}: a parameter about a secret needs NoEcho: true"))
        .collect()
}

fn tokens(template: &Template) -> Findings {
    let parameters = entries(template.at(&["Parameters"]));
    let variables = template
        .functions()
        .flat_map(|function| template.environment(function));
    let leaking = parameters
        .chain(variables)
        .filter(|(_, value)| texts(value).into_iter().any(holds_a_bot_token));
    leaking
        .map(|(name, _)| format!("{name}: holds what looks like a bot token"))
        .collect()
}

fn names_a_secret(name: &str) -> bool {
    SECRET_WORDS.iter().any(|word| name.contains(word))
        && !ADDRESS_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

fn holds_a_bot_token(text: &str) -> bool {
    text.match_indices(':').any(|(at, _)| {
        let (before, after) = text.split_at(at);
        let digits = before.bytes().rev().take_while(u8::is_ascii_digit).count();
        let letters = after
            .bytes()
            .skip(1)
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte))
            .count();
        digits >= BOT_ID_DIGITS_MIN && letters >= BOT_TOKEN_LETTERS
    })
}
