//! What a day's customers do, and when. The same seed, the same day.

/// Telegram's number of the first customer.
const FIRST_USER: i64 = 6_000_000_001;
/// How many operations there are for a customer, and for one who makes the most of an unlimited plan.
const FOR_EACH: u64 = 20;
const FOR_EACH_GREEDY: u64 = 400;
/// Hours of a day.
pub(super) const HOURS: u64 = 24;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// A video, of words or of a photo, by the first model or by this one, as short or as long as can be.
    Video {
        photo: bool,
        model: Option<&'static str>,
        long: bool,
    },
    /// A picture from words.
    Image,
    /// A changed photo.
    Edit,
    Music,
    Speech,
    /// Better words; and then a video of them, or not.
    Improve {
        then_video: bool,
    },
    /// The words of a photo, and a video of them.
    Describe,
    /// The words of a voice message; and then a video of them, or not.
    Voice {
        then_video: bool,
    },
}

/// One thing that one customer does.
#[derive(Debug, Clone)]
pub(super) struct Deed {
    pub(super) user: i64,
    pub(super) wish: Wish,
    pub(super) words: String,
}

/// `SplitMix64`.
#[derive(Debug)]
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// For when in an hour something is killed.
    pub(super) fn of_kills(seed: u64, hour: i64) -> Self {
        let hour = u64::try_from(hour).unwrap_or(0);
        Self(Self(seed).below(u64::MAX).wrapping_add(hour))
    }

    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n.max(1)
    }

    fn pick<T: Copy>(&mut self, of: &[T], usual: T) -> T {
        let at = self.below(u64::try_from(of.len()).unwrap_or(1));
        let at = usize::try_from(at).unwrap_or(0);
        of.get(at).copied().unwrap_or(usual)
    }
}

/// Models that some choose instead of the first one.
const OTHERS: [Option<&str>; 8] = [
    Some("kling-2.6"),
    Some("seedance-2"),
    Some("played-kling"),
    Some("played-omni"),
    Some("played-luma"),
    Some("played-minimax"),
    Some("played-kling-v1"),
    Some("played-veo"),
];

/// A model of which nobody says what it costs: every day has some of it.
pub(super) const OF_UNKNOWN_COST: &str = "played-luma";

/// What goes wrong with some, by a word in the prompt, for which played servers listen.
const TROUBLES: [&str; 8] = [
    "#fail",
    "#nofile",
    "#moderation",
    "#moderation",
    "#429",
    "#lost",
    "#never",
    "#gone",
];

/// How many customers a day of so many operations has.
fn users(operations: u64) -> u64 {
    (operations / FOR_EACH).max(8)
}

/// How many of them, the first ones, make the most of an unlimited plan.
fn greedy(operations: u64) -> u64 {
    (operations / FOR_EACH_GREEDY).max(1)
}

fn user(number: u64) -> i64 {
    FIRST_USER + i64::try_from(number).unwrap_or(0)
}

/// Whether a customer makes the most of an unlimited plan.
pub(super) fn is_greedy(user: i64, operations: u64) -> bool {
    user < FIRST_USER + i64::try_from(greedy(operations)).unwrap_or(0)
}

/// The deeds of a day, hour by hour, in order.
pub(super) fn day(operations: u64, seed: u64) -> Vec<Vec<Deed>> {
    let mut dice = Dice(seed);
    let mut hours = vec![Vec::new(); usize::try_from(HOURS).unwrap_or(24)];
    for number in 0..operations {
        let deed = deed(number, operations, &mut dice);
        let hour = usize::try_from(number * HOURS / operations.max(1)).unwrap_or(0);
        if let Some(hour) = hours.get_mut(hour) {
            hour.push(deed);
        }
    }
    hours
}

fn deed(number: u64, operations: u64, dice: &mut Dice) -> Deed {
    let somebody = user(dice.below(users(operations)));
    let subject = dice.pick(&["кот", "дракон", "маяк", "поезд", "облако", "лиса"], "кот");
    let words = format!("{subject} номер {number} бежит по крышам");
    if number % 16 == 7 {
        let wish = Wish::Video {
            photo: false,
            model: None,
            long: true,
        };
        let user = user(dice.below(greedy(operations)));
        return Deed { user, wish, words };
    }
    let wish = wish(number, dice);
    let can_fail = matches!(wish, Wish::Video { .. } | Wish::Image | Wish::Edit | Wish::Music);
    let words = if can_fail && dice.below(25) == 0 {
        format!("{words} {}", dice.pick(&TROUBLES, "#fail"))
    } else if matches!(wish, Wish::Improve { .. }) && dice.below(12) == 0 {
        format!("{words} {}", dice.pick(&["#chat-400", "#chat-500"], "#chat-400"))
    } else {
        words
    };
    Deed {
        user: somebody,
        wish,
        words,
    }
}

fn wish(number: u64, dice: &mut Dice) -> Wish {
    let then_video = dice.below(2) == 0;
    match number % 8 {
        0 => Wish::Improve { then_video },
        1 => Wish::Describe,
        2 => Wish::Image,
        3 => Wish::Edit,
        4 => Wish::Music,
        5 => Wish::Voice { then_video },
        6 => Wish::Speech,
        _ => Wish::Video {
            photo: dice.below(3) == 0,
            model: match (dice.below(3), dice.pick(&OTHERS, None)) {
                _ if number % 128 == 15 => Some(OF_UNKNOWN_COST),
                (0, other) => other,
                _ => None,
            },
            long: dice.below(4) == 0,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_provider_that_is_played_has_orders() {
        let models = include_str!("../../studios.yaml")
            .lines()
            .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'));
        let played: Vec<&str> = models.filter(|model| model.starts_with("played-")).collect();
        assert!(played.contains(&"played-veo"), "{played:?}");
        for model in played.into_iter().filter(|model| *model != "played-routes") {
            assert!(OTHERS.contains(&Some(model)), "{model}");
        }
    }

    #[test]
    fn the_same_seed_kills_at_the_same_times() {
        let times = |seed, hour| {
            let mut dice = Dice::of_kills(seed, hour);
            [(); 9].map(|()| dice.below(1_200))
        };
        assert_eq!(times(1, 3), times(1, 3));
        assert!(times(1, 3) != times(2, 3) && times(1, 3) != times(1, 4));
    }

    #[test]
    fn a_seed_is_a_day_and_every_hour_has_every_kind() {
        let told = |seed| format!("{:?}", day(480, seed));
        assert_eq!(told(1), told(1));
        assert_ne!(told(1), told(2));
        for hour in day(480, 1) {
            assert_eq!(hour.len(), 20);
            let has = |is: fn(&Wish) -> bool| hour.iter().any(|deed| is(&deed.wish));
            assert!(has(|wish| matches!(wish, Wish::Voice { .. })));
            assert!(has(|wish| *wish == Wish::Describe));
            assert!(has(|wish| matches!(wish, Wish::Video { .. })));
        }
    }
}
