//! What can be asked for.

use std::path::PathBuf;

use clap::Parser;
use local_lambda::Storage;

use crate::day::Wanted;
use crate::error::{Error, Result};
use crate::load;
use crate::options::{Options, PAGE_PORT, Port, RealTelegram};

/// Telegram's own Bot API server.
const TELEGRAM_API: &str = "https://api.telegram.org";
/// How much faster schedules run in the demo: cleanup every two seconds.
const DEMO_SCHEDULE_SPEED: u32 = 30;
/// A played render's seconds in the demo.
const DEMO_RENDER_S: u32 = 2;
/// A played render's seconds otherwise.
const RENDER_S: u32 = 8;
/// Seconds until a doorbell comes back whose worker was killed, in the demo. The template's twelve minutes would be
/// right too, and nobody waits for it, but then the queue would not be seen to become empty.
const DEMO_VISIBILITY_S: u32 = 15;

const EXAMPLES: &str = "\
Examples:
  cargo dev                                  everything played on this machine; open the page it names
  cargo dev -- --demo                        20 users at once, no browser; every fault, then the books are audited
  cargo dev -- --day 240                     a day's traffic hour by hour, and its report held against the rows
  cargo day 20000                            the same, built to be quick
  cargo load --burst 10000 --open 1000 --soak 20000
                                             as much at once as this machine can bear, then the books are audited
  cargo dev -- --render-seconds 60           as slow as the real thing
  cargo dev -- --data .local-cloud/data      balances and orders are kept from run to run
  TELEGRAM_BOT_TOKEN=… cargo dev             your own bot in the real Telegram, by long polling
  TELEGRAM_BOT_TOKEN=… KIE_API_KEY=… cargo dev   and real videos, for real money

cargo dev reads template.yaml, so what runs here is what deploys.";

/// The bot on this machine: its functions, its tables and queues, and the outside world, played.
#[derive(Parser)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
#[command(name = "cargo dev --", bin_name = "cargo dev --", after_help = EXAMPLES)]
pub struct Arguments {
    /// Run the demo: 20 users at once with every kind of trouble, then an audit; ends with a line of JSON.
    #[arg(long, conflicts_with_all = ["played_only", "data"])]
    demo: bool,
    /// Play a day of so many operations of every kind, by a clock that is moved, and check the report that comes of it.
    #[arg(long, value_name = "OPERATIONS", conflicts_with_all = ["demo", "played_only", "data", "no_vaults"],
          value_parser = clap::value_parser!(u64).range(24..=1_000_000))]
    day: Option<u64>,
    /// Which day that is: the same seed, the same customers and wishes.
    #[arg(long, value_name = "SEED", default_value_t = 1, requires = "day")]
    seed: u64,
    /// In that day, kill every function's process right after each of its answers, and some in the middle.
    #[arg(long, requires = "day")]
    kills: bool,
    /// Put a load on, say which, and look at what came of it; ends with a line of JSON.
    #[arg(long, conflicts_with_all = ["demo", "day", "played_only", "data"])]
    load: bool,
    /// Updates that come at the same moment, as a load.
    #[arg(long, value_name = "UPDATES", default_value_t = 0, requires = "load")]
    burst: u64,
    /// Orders that are open at the same moment, as a load.
    #[arg(long, value_name = "ORDERS", default_value_t = 0, requires = "load")]
    open: u64,
    /// Orders one after the other, as a load.
    #[arg(long, value_name = "ORDERS", default_value_t = 0, requires = "load")]
    soak: u64,
    /// Serve only the played Telegram and provider, for functions that run elsewhere.
    #[arg(long)]
    played_only: bool,
    /// Port of the page [default: 8787, or the next that is free].
    #[arg(long)]
    port: Option<u16>,
    /// Keep tables in this directory, instead of in memory. The page's users and chats are not kept: its first user of
    /// the next run has the same number again, and so the same account.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Seconds that a played render takes [default: 8; in the demo 2].
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u32).range(..=86_400))]
    render_seconds: Option<u32>,
    /// No vault channels: a video whose buyer cannot be reached is not parked, and the credits are released.
    #[arg(long, conflicts_with = "demo")]
    no_vaults: bool,
    /// Channels of the real Telegram in which videos are parked, comma separated.
    #[arg(long, value_name = "IDS", default_value = "", allow_hyphen_values = true)]
    vaults: String,
    /// Take away the webhook that the bot has already: where that bot is deployed, it falls silent.
    #[arg(long)]
    take_webhook: bool,
    /// Build the functions with the release profile (minutes instead of seconds).
    #[arg(long)]
    release: bool,
    /// Build the functions with the profile `quick`, as `cargo day` is built itself: for a lot of traffic.
    #[arg(long, conflicts_with = "release")]
    quick: bool,
    /// At the end, print what every function asked for.
    #[arg(long)]
    pub(super) stats: bool,
    /// Attach to the real Telegram with this bot. Only as a variable: arguments can be read by others.
    #[arg(skip = variable("TELEGRAM_BOT_TOKEN"))]
    telegram_bot_token: Option<String>,
    /// Order from the real provider with this key. Only as a variable, too.
    #[arg(skip = variable("KIE_API_KEY"))]
    kie_api_key: Option<String>,
}

impl std::fmt::Debug for Arguments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arguments").finish_non_exhaustive()
    }
}

/// What is to be run.
pub(super) enum Mode {
    Dev,
    Demo,
    Day(Wanted),
    Load(load::Wanted),
    PlayedOnly,
}

impl Arguments {
    pub(super) fn mode(&self) -> Mode {
        match (self.demo, self.played_only, self.day) {
            (true, _, _) => Mode::Demo,
            (_, true, _) => Mode::PlayedOnly,
            (_, _, Some(operations)) => Mode::Day(Wanted {
                operations,
                seed: self.seed,
                kills: self.kills,
            }),
            _ if self.load => Mode::Load(load::Wanted {
                burst: self.burst,
                open: self.open,
                soak: self.soak,
            }),
            _ => Mode::Dev,
        }
    }

    /// The options, for a workspace.
    pub(super) fn options(&self, workspace: PathBuf) -> Result<Options> {
        let usual_s = match self.mode() {
            Mode::Demo => DEMO_RENDER_S,
            Mode::Day(_) | Mode::Load(_) => 0,
            Mode::Dev | Mode::PlayedOnly => RENDER_S,
        };
        let render_s = self.render_seconds.unwrap_or(usual_s);
        let mut options = Options {
            profile: self.profile().to_owned(),
            storage: self.storage()?,
            page: self.port.map_or(Port::From(PAGE_PORT), Port::Exactly),
            render_ms: i64::from(render_s) * 1_000,
            vaults: !self.no_vaults,
            ..Options::new(workspace)
        };
        match self.mode() {
            Mode::Dev => {
                if self
                    .telegram_bot_token
                    .as_deref()
                    .is_some_and(|token| !is_token(token))
                {
                    return Err(Error::NoToken);
                }
                options.kie_key.clone_from(&self.kie_api_key);
                options.telegram = self.telegram_bot_token.clone().map(|token| RealTelegram {
                    token,
                    vault_chat_ids: self.vaults.clone(),
                    api_url: TELEGRAM_API.to_owned(),
                    take_webhook: self.take_webhook,
                });
            }
            Mode::Demo => {
                options.page = self.port.map_or(Port::Any, Port::Exactly);
                options.schedule_speed = DEMO_SCHEDULE_SPEED;
                options.doorbell_visibility_s = Some(DEMO_VISIBILITY_S);
            }
            Mode::Day(_) | Mode::Load(_) => options.page = self.port.map_or(Port::Any, Port::Exactly),
            Mode::PlayedOnly => {}
        }
        Ok(options)
    }

    fn profile(&self) -> &'static str {
        match (self.release, self.quick) {
            (true, _) => "release",
            (_, true) => "quick",
            _ => "dev",
        }
    }

    fn storage(&self) -> Result<Storage> {
        let Some(directory) = &self.data else {
            return Ok(Storage::Memory);
        };
        std::fs::create_dir_all(directory).map_err(|source| Error::File {
            path: directory.clone(),
            source,
        })?;
        Ok(Storage::Directory(directory.clone()))
    }
}

/// Whether a text has the form of a bot's token; said before minutes of building, not after.
fn is_token(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    text.split_once(':').is_some_and(|(bot, key)| {
        let number = !bot.is_empty() && bot.bytes().all(|byte| byte.is_ascii_digit());
        number && key.len() >= 30 && key.bytes().all(letter)
    })
}

/// A variable that is set to something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(arguments: &[&str]) -> Options {
        let all = std::iter::once("cargo dev --").chain(arguments.iter().copied());
        let parsed = Arguments::try_parse_from(all).unwrap();
        let played = Arguments {
            telegram_bot_token: None,
            kie_api_key: None,
            ..parsed
        };
        played.options(PathBuf::from("/w")).unwrap()
    }

    #[test]
    fn without_arguments_everything_is_played_in_memory() {
        let options = options(&[]);
        assert!(options.telegram.is_none() && options.kie_key.is_none() && options.vaults);
        assert_eq!((options.page, options.render_ms), (Port::From(PAGE_PORT), 8_000));
        assert!(matches!(options.storage, Storage::Memory));
        assert_eq!(options.schedule_speed, 1);
    }

    #[test]
    fn a_port_that_was_asked_for_is_taken_or_refused() {
        assert_eq!(options(&["--port", "9000"]).page, Port::Exactly(9_000));
        assert_eq!(options(&["--demo", "--port", "9000"]).page, Port::Exactly(9_000));
    }

    #[test]
    fn the_demo_is_quick_and_never_real() {
        let parsed = Arguments::try_parse_from(["cargo dev --", "--demo"]).unwrap();
        let with_keys = Arguments {
            telegram_bot_token: Some("7:t".to_owned()),
            kie_api_key: Some("k".to_owned()),
            ..parsed
        };
        let options = with_keys.options(PathBuf::from("/w")).unwrap();
        assert!(options.telegram.is_none() && options.kie_key.is_none());
        assert_eq!(
            (options.render_ms, options.schedule_speed),
            (2_000, DEMO_SCHEDULE_SPEED)
        );
    }

    #[test]
    fn a_day_is_never_real_and_waits_for_no_render() {
        let parsed = Arguments::try_parse_from(["cargo dev --", "--day", "240", "--quick"]).unwrap();
        let with_keys = Arguments {
            telegram_bot_token: Some("7:t".to_owned()),
            kie_api_key: Some("k".to_owned()),
            ..parsed
        };
        let options = with_keys.options(PathBuf::from("/w")).unwrap();
        assert!(options.telegram.is_none() && options.kie_key.is_none());
        assert_eq!((options.render_ms, options.profile.as_str()), (0, "quick"));
        for wrong in [
            &["--day", "23"][..],
            &["--seed", "2"],
            &["--kills"],
            &["--demo", "--day", "240"],
        ] {
            let arguments = std::iter::once("cargo dev --").chain(wrong.iter().copied());
            assert!(Arguments::try_parse_from(arguments).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_webhook_is_taken_only_where_that_was_asked_for() {
        let takes = |arguments: &[&str]| {
            let all = std::iter::once("cargo dev --").chain(arguments.iter().copied());
            let with_token = Arguments {
                telegram_bot_token: Some(format!("7:{}", "t".repeat(35))),
                ..Arguments::try_parse_from(all).unwrap()
            };
            let options = with_token.options(PathBuf::from("/w")).unwrap();
            options.telegram.unwrap().take_webhook
        };
        assert!(!takes(&[]));
        assert!(takes(&["--take-webhook"]));
    }

    #[test]
    fn what_is_no_token_is_said_before_anything_is_built() {
        let with = |token: &str| Arguments {
            telegram_bot_token: Some(token.to_owned()),
            kie_api_key: None,
            ..Arguments::try_parse_from(["cargo dev --"]).unwrap()
        };
        let good = format!("123456789:{}", "aB3-_".repeat(7));
        assert!(
            with(&good)
                .options(PathBuf::from("/w"))
                .unwrap()
                .telegram
                .is_some()
        );
        for bad in [
            "nonsense",
            "12:short",
            ":",
            "x:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            assert!(
                matches!(with(bad).options(PathBuf::from("/w")), Err(Error::NoToken)),
                "{bad}"
            );
        }
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        for arguments in [["--demo", "--played-only"], ["--demo", "--no-vaults"]] {
            assert!(Arguments::try_parse_from(["cargo dev --"].into_iter().chain(arguments)).is_err());
        }
    }
}
