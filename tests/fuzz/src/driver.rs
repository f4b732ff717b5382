//! Runs every target in a process of its own, and tells how that went: a table, and a last line of JSON.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::brood::CHILDREN;
use crate::targets::{ALL, Target};
use crate::{NAME, WORDS};

const HELP: &str = "\
cargo fuzz-all [--inputs N] [--seconds S] [--only TARGET]... [--keep]

  --inputs N      inputs for each target [default: 10000]; 10000000 takes some minutes each
  --seconds S     at most so long for each target
  --only TARGET   only those; may be said more than once
  --keep          write what the corpus has learnt back to tests/fuzz/corpus, minimised

It wants a C++ compiler. What is found lies in target/fuzz/found; FUZZ_TARGET=<name> and a file's name play it again.";

/// An input may take so long; whatever takes longer is a finding.
const SECONDS_MAX: u32 = 10;
/// What a process may hold.
const RSS_MB_MAX: u32 = 1_024;
/// As many inputs of each target are kept in the repository, the shortest, and none is longer than that.
const KEPT_MAX: usize = 40;
const KEPT_BYTES_MAX: usize = 400;

/// What was asked for.
struct Wanted {
    inputs: u64,
    seconds: Option<u64>,
    only: Vec<String>,
    keep: bool,
}

/// How a target went.
struct Went {
    target: &'static Target,
    inputs: u64,
    seconds: f64,
    corpus: usize,
    found: Option<PathBuf>,
}

/// Runs what was asked for; gives the status to end with.
pub fn run() -> i32 {
    match wanted(std::env::args().skip(1)).and_then(|wanted| all(&wanted)) {
        Ok(good) => i32::from(!good),
        Err(why) => {
            eprintln!("{why}");
            2
        }
    }
}

fn wanted(mut words: impl Iterator<Item = String>) -> Result<Wanted, String> {
    let mut wanted = Wanted {
        inputs: 10_000,
        seconds: None,
        only: Vec::new(),
        keep: false,
    };
    while let Some(word) = words.next() {
        let number = |word: Option<String>| {
            let number = word.and_then(|word| word.parse::<u64>().ok());
            number.filter(|number| *number > 0).ok_or_else(|| HELP.to_owned())
        };
        match word.as_str() {
            "--inputs" => wanted.inputs = number(words.next())?,
            "--seconds" => wanted.seconds = Some(number(words.next())?),
            "--only" => wanted.only.push(words.next().ok_or(HELP)?),
            "--keep" => wanted.keep = true,
            _ => return Err(HELP.to_owned()),
        }
    }
    let unknown = wanted
        .only
        .iter()
        .find(|name| ALL.iter().all(|target| target.name != name.as_str()));
    match unknown {
        Some(name) => Err(format!("there is no target `{name}`; there are:\n{}", listed())),
        None => Ok(wanted),
    }
}

fn listed() -> String {
    let line = |target: &Target| format!("{:<16}{}", target.name, target.reads);
    ALL.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Runs the targets, and says whether nothing was found.
fn all(wanted: &Wanted) -> Result<bool, String> {
    let failed = |error: io::Error| error.to_string();
    let places = Places::of_workspace();
    let chosen =
        |target: &&Target| wanted.only.is_empty() || wanted.only.iter().any(|name| name == target.name);
    let mut went = Vec::new();
    println!(
        "{:<16}{:>12}{:>9}{:>12}{:>8}  found",
        "target", "inputs", "seconds", "inputs/s", "corpus"
    );
    for target in ALL.iter().filter(chosen) {
        let one = one(target, wanted, &places).map_err(failed)?;
        println!("{}", line(&one));
        if wanted.keep {
            places.keep(target).map_err(failed)?;
        }
        went.push(one);
    }
    println!("{}", json(&went));
    Ok(went
        .iter()
        .all(|one| one.found.is_none() && (one.inputs >= wanted.inputs || wanted.seconds.is_some())))
}

fn rate(went: &Went) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "a rate is shown without its fractions")]
    let inputs = went.inputs as f64;
    inputs / went.seconds.max(0.001)
}

fn line(went: &Went) -> String {
    let found = went
        .found
        .as_ref()
        .map_or("nothing".to_owned(), |path| path.display().to_string());
    let (name, inputs, seconds, corpus) = (went.target.name, went.inputs, went.seconds, went.corpus);
    format!(
        "{name:<16}{inputs:>12}{seconds:>9.0}{:>12.0}{corpus:>8}  {found}",
        rate(went)
    )
}

fn json(all: &[Went]) -> String {
    let mut text = String::from("{\"targets\":{");
    for (place, went) in all.iter().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        let found = usize::from(went.found.is_some());
        let (name, inputs, seconds, corpus) = (went.target.name, went.inputs, went.seconds, went.corpus);
        let _ = write!(
            text,
            "{comma}\"{name}\":{{\"inputs\":{inputs},\"seconds\":{seconds:.1},\"corpus\":{corpus},\"found\":{found}}}"
        );
    }
    let inputs: u64 = all.iter().map(|went| went.inputs).sum();
    let seconds: f64 = all.iter().map(|went| went.seconds).sum();
    let found = all.iter().filter(|went| went.found.is_some()).count();
    let _ = write!(
        text,
        "}},\"inputs\":{inputs},\"seconds\":{seconds:.0},\"found\":{found}}}"
    );
    text
}

/// Runs one target.
fn one(target: &'static Target, wanted: &Wanted, places: &Places) -> io::Result<Went> {
    let corpus = places.corpus(target);
    places.unpack(target)?;
    let words = places.words(target)?;
    let artifacts = places.found.join(format!("{}-", target.name));
    fs::create_dir_all(&places.found)?;
    let mut fuzzer = Command::new(std::env::current_exe()?);
    fuzzer.env(NAME, target.name).env(WORDS, &words).arg(&corpus);
    fuzzer.arg(format!("-runs={}", wanted.inputs.div_ceil(1 + CHILDREN)));
    fuzzer.arg(format!("-max_len={}", target.bytes_max));
    fuzzer.arg(format!("-timeout={SECONDS_MAX}"));
    fuzzer.arg(format!("-rss_limit_mb={RSS_MB_MAX}"));
    fuzzer.arg(format!("-artifact_prefix={}", artifacts.display()));
    fuzzer.arg(format!("-dict={}", words.display()));
    fuzzer.args([
        "-print_final_stats=1",
        "-reload=0",
        "-use_value_profile=0",
        "-verbosity=1",
    ]);
    fuzzer.args(wanted.seconds.map(|seconds| format!("-max_total_time={seconds}")));
    let log = places.work.join(format!("{}.log", target.name));
    let began = Instant::now();
    let out = fs::File::create(&log)?;
    let status = fuzzer.stdout(Stdio::null()).stderr(out).status()?;
    let seconds = began.elapsed().as_secs_f64();
    let said = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    let found = said.lines().find_map(|line| {
        line.split_once("Test unit written to ")
            .map(|(_, path)| PathBuf::from(path))
    });
    let found = found.or_else(|| (!status.success()).then_some(log));
    Ok(Went {
        target,
        inputs: inputs(&said) * (1 + CHILDREN),
        seconds,
        corpus: fs::read_dir(&corpus)?.count(),
        found,
    })
}

/// How many runs libFuzzer says that it has made.
fn inputs(said: &str) -> u64 {
    let number = |line: &str| {
        line.strip_prefix("stat::number_of_executed_units:")?
            .trim()
            .parse()
            .ok()
    };
    said.lines().find_map(number).unwrap_or(0)
}

/// Where everything is.
struct Places {
    workspace: PathBuf,
    work: PathBuf,
    found: PathBuf,
}

impl Places {
    fn of_workspace() -> Self {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let workspace = workspace.canonicalize().unwrap_or(workspace);
        let work = workspace.join("target/fuzz");
        Self {
            found: work.join("found"),
            work,
            workspace,
        }
    }

    /// Where a target's inputs lie while it runs, and from run to run.
    fn corpus(&self, target: &Target) -> PathBuf {
        self.work.join("corpus").join(target.name)
    }

    /// Where those are kept that are worth it.
    fn kept(&self, target: &Target) -> PathBuf {
        self.workspace
            .join("tests/fuzz/corpus")
            .join(format!("{}.txt", target.name))
    }

    /// Lays out the inputs to begin with: what is kept, and what the target names.
    fn unpack(&self, target: &Target) -> io::Result<()> {
        let corpus = self.corpus(target);
        fs::create_dir_all(&corpus)?;
        let kept = fs::read_to_string(self.kept(target)).unwrap_or_default();
        for (number, line) in kept.lines().filter(|line| !line.is_empty()).enumerate() {
            fs::write(corpus.join(format!("kept-{number}")), read(line))?;
        }
        for seed in target.seeds {
            for file in files(&self.workspace.join(seed))? {
                let name = file
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                fs::copy(&file, corpus.join(format!("seed-{name}")))?;
            }
        }
        Ok(())
    }

    /// The words that a target's sources know, as a dictionary for libFuzzer.
    fn words(&self, target: &Target) -> io::Result<PathBuf> {
        let mut words = BTreeSet::new();
        for place in target.words {
            for file in files(&self.workspace.join(place))? {
                literals(&fs::read_to_string(file)?, &mut words);
            }
        }
        let mut text = String::from(
            "\"\\\"\"\n\"null\"\n\"true\"\n\"-1\"\n\"18446744073709551616\"\n\"1e400\"\n\"\\x0a===\\x0a\"\n",
        );
        for word in words {
            let _ = writeln!(text, "\"{}\"", escaped(word.as_bytes()).replace('"', "\\x22"));
        }
        let path = self.work.join(format!("{}.dict", target.name));
        fs::write(&path, text)?;
        Ok(path)
    }

    /// Writes the smallest corpus that reaches the same, as far as it is short.
    fn keep(&self, target: &Target) -> io::Result<()> {
        let least = self.work.join("least").join(target.name);
        let _ = fs::remove_dir_all(&least);
        fs::create_dir_all(&least)?;
        let mut merge = Command::new(std::env::current_exe()?);
        merge
            .env(NAME, target.name)
            .arg("-merge=1")
            .arg(format!("-max_len={}", target.bytes_max));
        merge
            .args([&least, &self.corpus(target)])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        merge.status()?;
        let mut inputs = Vec::new();
        for file in files(&least)? {
            inputs.push(fs::read(file)?);
        }
        inputs.retain(|input| !input.is_empty() && input.len() <= KEPT_BYTES_MAX);
        inputs.sort_by_key(|input| (input.len(), input.clone()));
        let step = inputs.len().div_ceil(KEPT_MAX).max(1);
        let mut text = String::new();
        for input in inputs.iter().step_by(step) {
            let _ = writeln!(text, "{}", escaped(input));
        }
        let kept = self.kept(target);
        fs::create_dir_all(kept.parent().unwrap_or(&self.work))?;
        fs::write(kept, text)
    }
}

/// A file, or every file of a directory and of those in it.
fn files(place: &Path) -> io::Result<Vec<PathBuf>> {
    if place.is_file() {
        return Ok(vec![place.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(place)? {
        found.extend(files(&entry?.path())?);
    }
    found.sort();
    Ok(found)
}

/// The words of a dictionary.
pub fn words_of(dictionary: &str) -> Vec<Vec<u8>> {
    let word = |line: &str| Some(read(line.strip_prefix('"')?.strip_suffix('"')?));
    dictionary.lines().filter_map(word).collect()
}

/// The short string literals of a source file.
fn literals(source: &str, words: &mut BTreeSet<String>) {
    for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for (place, word) in line.split('"').enumerate() {
            let is_word = word.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
            if place % 2 == 1 && is_word && (2..=24).contains(&word.len()) {
                words.insert(word.to_owned());
            }
        }
    }
}

/// An input in one line of text, as [`read`] reads it and as libFuzzer's dictionaries are written.
pub fn escaped(input: &[u8]) -> String {
    let mut text = String::new();
    for byte in input {
        match byte {
            b'\\' => text.push_str("\\\\"),
            0x20..=0x7e => text.push(char::from(*byte)),
            other => {
                let _ = write!(text, "\\x{other:02x}");
            }
        }
    }
    text
}

/// An input from its line.
fn read(line: &str) -> Vec<u8> {
    let mut input = Vec::new();
    let mut rest = line.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        let code = behind
            .get(1..3)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        rest = match (
            byte,
            behind.first(),
            code.and_then(|digits| u8::from_str_radix(digits, 16).ok()),
        ) {
            (b'\\', Some(b'x'), Some(code)) => {
                input.push(code);
                behind.get(3..).unwrap_or_default()
            }
            (b'\\', Some(b'n'), _) => {
                input.push(b'\n');
                behind.get(1..).unwrap_or_default()
            }
            (b'\\', Some(b'\\'), _) => {
                input.push(b'\\');
                behind.get(1..).unwrap_or_default()
            }
            _ => {
                input.push(*byte);
                behind
            }
        };
    }
    input
}
