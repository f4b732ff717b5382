//! What a row of each kind may say: one place, which the help of `put`, the commands `fields` and a test against the readers
//! of the rows all go by.

mod access;
mod cost;
mod moderation;
mod rewards;
mod sold;
mod wares;

use serde_json::{Value, json};

pub(crate) use cost::COSTS;
pub(crate) use moderation::MODERATION;
pub(crate) use rewards::REWARDS;
pub(crate) use wares::SELLING;

use crate::holders::ARE_HELD;
use crate::{Error, Report};

/// A field of a row.
#[derive(Debug)]
pub struct Field {
    /// Its name, and within what it stands: `prices[].seconds`.
    pub name: &'static str,
    /// What it takes, and what holds without it.
    pub form: &'static str,
    /// What it means.
    pub says: &'static str,
}

/// A kind of row.
#[derive(Debug)]
pub struct Kind {
    /// The command: `limits`.
    pub command: &'static str,
    /// What its rows' keys begin with: `limit`.
    pub kind: &'static str,
    /// What such a row is.
    pub about: &'static str,
    /// Names with bodies, as they are typed; a kind of one row has no names.
    pub examples: &'static [(&'static str, &'static str)],
    /// What stands in it.
    pub fields: &'static [Field],
}

/// Shorter to write and to read in tables.
const fn field(name: &'static str, form: &'static str, says: &'static str) -> Field {
    Field { name, form, says }
}

/// Every kind that has commands.
pub const KINDS: &[Kind] = &[
    access::FLAG,
    access::EVALUATOR,
    access::FEATURE,
    access::TIER,
    access::ADDON,
    access::COMPONENT,
    sold::LIMIT,
    sold::MODEL,
    wares::PLAN,
    wares::PACK,
    cost::MODEL_COST,
    rewards::PROMO,
];

/// What stands in a settings file beside the kinds: one row each.
pub const SINGLE: &[Kind] = &[
    sold::RULES,
    SELLING,
    COSTS,
    MODERATION,
    REWARDS,
    access::FLAG_METADATA,
];

/// The kind of these rows.
pub(crate) fn kind(kind: &str) -> Result<&'static Kind, Error> {
    let found = KINDS.iter().find(|known| known.kind == kind);
    found.ok_or_else(|| Error::NotFound(format!("there is no kind of row called {kind}")))
}

/// The grammar with what every kind has of its own in its help.
pub(crate) fn explained(mut commands: clap::Command) -> clap::Command {
    for kind in KINDS {
        commands = commands.mut_subcommand(kind.command, |command| {
            let is_held = ARE_HELD.contains(&kind.kind);
            command
                .mut_subcommand("put", |put| put.after_help(kind.help()))
                .mut_subcommand("list", |list| list.after_help(kind.example("list", "")))
                .mut_subcommand("show", |show| show.after_help(kind.example("show", kind.name())))
                .mut_subcommand("fields", |fields| fields.after_help(kind.here("fields")))
                .mut_subcommand("delete", |delete| {
                    let delete = delete.after_help(kind.example("delete", kind.name()));
                    delete.mut_arg("holders_lose_it", |flag| flag.hide(!is_held))
                })
        });
    }
    for kind in [&SELLING, &COSTS, &MODERATION, &REWARDS] {
        commands = commands.mut_subcommand(kind.command, |command| {
            command
                .mut_subcommand("put", |put| put.after_help(kind.help()))
                .mut_subcommand("show", |show| show.after_help(kind.example("show", "")))
                .mut_subcommand("fields", |fields| fields.after_help(kind.here("fields")))
        });
    }
    commands
}

impl Kind {
    /// The name of the first example.
    fn name(&self) -> &'static str {
        self.examples.first().map_or("", |(name, _)| name)
    }

    /// An example of a command about a stack.
    fn example(&self, verb: &str, name: &str) -> String {
        let words = [
            "Example:\n  cargo ctl",
            self.command,
            verb,
            name,
            "--stack neurocards",
        ];
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        words.join(" ")
    }

    /// An example of a command that asks nobody.
    fn here(&self, verb: &str) -> String {
        format!("Example:\n  cargo ctl {} {verb}", self.command)
    }

    /// What `put --help` ends with: examples, and every field.
    fn help(&self) -> String {
        let command = self.command;
        let put = |name: &str, rest: String| {
            let name = if name.is_empty() {
                String::new()
            } else {
                format!("{name} ")
            };
            format!("  cargo ctl {command} put {name}{rest}")
        };
        let examples = self.examples.iter();
        let examples = examples.map(|(name, body)| put(name, format!("'{body}' --local")));
        let file = put(
            self.name(),
            "@FILE --why 'ticket-17' --stack neurocards".to_owned(),
        );
        let examples: Vec<String> = examples.chain([file]).collect();
        format!("Examples:\n{}\n\n{}", examples.join("\n"), self.table())
    }

    /// What such a row is, and its fields, a line each.
    fn table(&self) -> String {
        let wide = |text: fn(&Field) -> &str| self.fields.iter().map(|it| text(it).len()).max();
        let (names, forms) = (wide(|it| it.name), wide(|it| it.form));
        let (names, forms) = (names.unwrap_or_default(), forms.unwrap_or_default());
        let lines = self
            .fields
            .iter()
            .map(|it| format!("  {:names$}  {:forms$}  {}", it.name, it.form, it.says));
        let lines: Vec<String> = lines.collect();
        format!("{}\n{}", self.about, lines.join("\n"))
    }

    fn json(&self) -> Value {
        let fields = self.fields.iter();
        let fields = fields.map(|it| json!({"field": it.name, "form": it.form, "says": it.says}));
        json!({"kind": self.kind, "about": self.about, "fields": fields.collect::<Vec<Value>>()})
    }

    /// The fields, for `fields`.
    pub(crate) fn report(&self) -> Report {
        Report::new(self.table(), self.json())
    }
}

/// Every kind with its fields, for who writes a whole file.
pub(crate) fn all() -> Report {
    let (text, kinds): (Vec<String>, Vec<Value>) = SINGLE
        .iter()
        .chain(KINDS)
        .map(|kind| {
            let section = format!("{}:  {}", kind.command, kind.table());
            (section, kind.json())
        })
        .unzip();
    Report::new(text.join("\n\n"), json!({"kinds": kinds}))
}
