//! Coverage-guided fuzzing of everything that comes from outside: see `README.md`. libFuzzer has the `main`; without a
//! target's name in the environment this program starts itself once for each target, and tells how that went.
#![no_main]

mod brood;
mod driver;
mod outside;
mod targets;

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

use targets::Target;

/// The variable that says which target a process is for.
const NAME: &str = "FUZZ_TARGET";
/// The variable that says where the words are that its sources know.
const WORDS: &str = "FUZZ_WORDS";

/// What this process is for, and the words.
static TARGET: OnceLock<(&'static Target, Vec<Vec<u8>>)> = OnceLock::new();

fn begin() {
    let Ok(name) = std::env::var(NAME) else {
        std::process::exit(driver::run());
    };
    let target = targets::ALL.iter().find(|target| target.name == name);
    let target = target.unwrap_or_else(|| panic!("there is no target `{name}`"));
    outside::choose_crypto();
    let words = std::env::var(WORDS)
        .ok()
        .and_then(|path| std::fs::read_to_string(path).ok());
    let words = words.as_deref().map(driver::words_of).unwrap_or_default();
    let _ = TARGET.set((target, words));
    // The hook before it ends the process.
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        eprintln!("tried: {}", driver::escaped(&brood::tried()));
        before(panic);
    }));
}

fuzz_target!(init: begin(), |data: &[u8]| {
    if let Some((target, words)) = TARGET.get() {
        brood::try_all(data, target.bytes_max, words, target.run);
    }
});
