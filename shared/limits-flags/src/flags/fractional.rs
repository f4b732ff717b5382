//! `fractional`: a share of all users per variant, the same one for a user every time.
//!
//! Source: flagd's specification of `fractional` and its decision records "High Precision Fractional Bucketing"
//! (`bucket = hash * total weight >> 32`) and, for version 3, "Harden Hashing Consistency".

use std::borrow::Cow;

use serde_json::Value;

use super::cbor;
use super::compile::Compiler;
use super::evaluate::{At, evaluate};
use super::murmur::Murmur;
use super::problem::FlagProblem;
use super::rule::{Rule, TextOperator};
use super::value::Val;

/// No weight, nor the sum of all, may be larger.
const WEIGHT_MAX: u64 = 2_147_483_647;

/// How many buckets with computed weights are held without an allocation.
const BUCKETS_ON_STACK: usize = 16;

/// What is hashed to find a user's bucket. A change of the version moves everybody to another bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FractionalVersion {
    /// The bytes of a text; without one, flag key and targeting key written together.
    V2,
    /// The deterministic CBOR of any value but null and arrays; without one, of `[flagKey, targetingKey]`.
    #[default]
    V3,
}

/// A compiled `fractional`.
#[derive(Debug)]
pub(super) struct Fractional {
    version: FractionalVersion,
    by: By,
    buckets: Buckets,
}

/// What decides about the bucket.
#[derive(Debug)]
enum By {
    /// Nothing is said: flag key and targeting key.
    TargetingKey,
    /// The usual `cat` of constants and look-ups, hashed without being put together.
    Pieces(Box<[Rule]>),
    Value(Rule),
}

#[derive(Debug)]
enum Buckets {
    /// Every bucket is written out.
    Written { buckets: Box<[Bucket]>, ends: Ends },
    /// Some bucket is itself computed.
    Computed(Box<[Rule]>),
}

#[derive(Debug)]
struct Bucket {
    variant: Rule,
    weight: Rule,
}

/// Where each bucket ends, as a running sum of the weights.
#[derive(Debug)]
enum Ends {
    /// All weights are constants.
    Settled(Box<[u64]>),
    /// Some weight is computed.
    Open,
    /// A weight that no evaluation could accept: the answer is null.
    Unusable,
}

/// What is known about the bucket.
enum Key<'a> {
    Hash(u32),
    /// Nothing to hash: the answer is null.
    Missing,
    /// What should have been the key is the first bucket.
    Bucket(Val<'a>),
}

pub(super) fn compile<'s>(
    compiler: &mut Compiler<'s>,
    arguments: &'s [Value],
) -> Result<Fractional, FlagProblem> {
    let version = compiler.fractional_version()?;
    let (by, written) = match arguments {
        [] => {
            compiler.warn("`fractional` has no buckets and always falls to the default");
            (By::TargetingKey, arguments)
        }
        [Value::Array(_), ..] => (By::TargetingKey, arguments),
        [key, buckets @ ..] => (by(compiler.at("0", key)?), buckets),
    };
    let buckets = buckets(compiler, written, arguments.len() - written.len())?;
    Ok(Fractional { version, by, buckets })
}

fn by(key: Rule) -> By {
    match key {
        Rule::Text(TextOperator::Cat, pieces) if pieces.iter().all(Rule::is_cheap) => By::Pieces(pieces),
        key => By::Value(key),
    }
}

fn buckets<'s>(
    compiler: &mut Compiler<'s>,
    written: &'s [Value],
    offset: usize,
) -> Result<Buckets, FlagProblem> {
    let mut buckets = Vec::with_capacity(written.len());
    let mut computed = Vec::with_capacity(written.len());
    for (place, bucket) in written.iter().enumerate() {
        let place = (place + offset).to_string();
        match bucket {
            Value::Array(parts) if !parts.is_empty() => {
                let mut part = |index| compiler.at(&place, parts.get(index).unwrap_or(&Value::Null));
                buckets.push(Bucket {
                    variant: part(0)?,
                    weight: part(1)?,
                });
            }
            rule => computed.push((buckets.len() + computed.len(), compiler.at(&place, rule)?)),
        }
    }
    if computed.is_empty() {
        let ends = ends(compiler, &buckets);
        let buckets = buckets.into();
        return Ok(Buckets::Written { buckets, ends });
    }
    let mut rules: Vec<Rule> = buckets
        .into_iter()
        .map(|bucket| Rule::List(Box::new([bucket.variant, bucket.weight])))
        .collect();
    for (place, rule) in computed {
        rules.insert(place.min(rules.len()), rule);
    }
    Ok(Buckets::Computed(rules.into()))
}

/// Where the buckets end, if their weights are constants.
fn ends(compiler: &mut Compiler<'_>, buckets: &[Bucket]) -> Ends {
    let mut ends = Vec::with_capacity(buckets.len());
    let (mut end, mut settled) = (0_u64, true);
    for bucket in buckets {
        let Rule::Literal(constant) = &bucket.weight else {
            settled = false;
            continue;
        };
        let Some(weight) = weight(&Val::borrow(constant)) else {
            compiler.warn("a weight is not a whole number up to 2147483647: it always falls to the default");
            return Ends::Unusable;
        };
        if constant.as_f64().is_some_and(|constant| constant < 0.0) {
            compiler.warn("a weight is below 0, and counts as 0: say 0");
        }
        end += weight;
        ends.push(end);
    }
    if end > WEIGHT_MAX {
        compiler.warn("the weights add up to more than 2147483647: it always falls to the default");
        return Ends::Unusable;
    }
    if !settled {
        return Ends::Open;
    }
    if end == 0 && !buckets.is_empty() {
        compiler.warn("every weight is 0: it always falls to the default");
    }
    Ends::Settled(ends.into())
}

/// A weight: 1 if none is said, 0 for a negative one (flagd's testbed says so), as a rollout over time computes before it starts.
fn weight(value: &Val<'_>) -> Option<u64> {
    let whole = match value {
        Val::Null => 1,
        Val::Num(number) => number.whole()?.max(0),
        _ => return None,
    };
    u64::try_from(whole).ok().filter(|weight| *weight <= WEIGHT_MAX)
}

/// The bucket that a hash falls into, given where each one ends.
fn pick(hash: u32, ends: &[u64]) -> Option<usize> {
    let total = *ends.last()?;
    let bucket = (u64::from(hash) * total) >> 32;
    ends.iter().position(|end| bucket < *end)
}

/// An answer must be something that can name a variant.
fn scalar(answer: Val<'_>) -> Val<'_> {
    if answer.is_array_or_object() {
        Val::Null
    } else {
        answer
    }
}

impl Fractional {
    pub(super) fn evaluate<'a>(&'a self, at: At<'_, 'a>) -> Val<'a> {
        match self.key(at) {
            Key::Missing => Val::Null,
            Key::Hash(hash) => self.bucket(hash, at),
            Key::Bucket(first) => match self.implicit(at) {
                Some(hash) => among(hash, std::iter::once(first).chain(self.every_bucket(at))),
                None => Val::Null,
            },
        }
    }

    pub(super) fn outcomes<'r>(&'r self, found: &mut Vec<&'r Value>) {
        if let Buckets::Written { buckets, .. } = &self.buckets {
            for bucket in buckets {
                bucket.variant.outcomes(found);
            }
        }
    }

    fn bucket<'a>(&'a self, hash: u32, at: At<'_, 'a>) -> Val<'a> {
        let Buckets::Written { buckets, ends } = &self.buckets else {
            return among(hash, self.every_bucket(at).into_iter());
        };
        let place = match ends {
            Ends::Settled(ends) => pick(hash, ends),
            Ends::Open => pick_weighed(hash, buckets, at),
            Ends::Unusable => None,
        };
        match place.and_then(|place| buckets.get(place)) {
            Some(bucket) => scalar(evaluate(&bucket.variant, at)),
            None => Val::Null,
        }
    }

    /// The buckets as values, for the rare rule that computes them.
    fn every_bucket<'a>(&'a self, at: At<'_, 'a>) -> Vec<Val<'a>> {
        match &self.buckets {
            Buckets::Computed(rules) => rules.iter().map(|rule| evaluate(rule, at)).collect(),
            Buckets::Written { buckets, .. } => buckets
                .iter()
                .map(|bucket| Val::list(vec![evaluate(&bucket.variant, at), evaluate(&bucket.weight, at)]))
                .collect(),
        }
    }

    fn key<'a>(&'a self, at: At<'_, 'a>) -> Key<'a> {
        let hash = match &self.by {
            By::TargetingKey => self.implicit(at),
            By::Pieces(pieces) => Some(self.hash_pieces(pieces, at)),
            By::Value(rule) => {
                let value = evaluate(rule, at);
                if value.is_array() {
                    return Key::Bucket(value);
                }
                self.hash_value(&value, at)
            }
        };
        hash.map_or(Key::Missing, Key::Hash)
    }

    fn hash_value(&self, value: &Val<'_>, at: At<'_, '_>) -> Option<u32> {
        match self.version {
            FractionalVersion::V2 if matches!(value, Val::Null) => self.implicit(at),
            FractionalVersion::V2 => {
                let text = value.as_text()?;
                Some(hash_of(|hash| hash.bytes(text.as_bytes())))
            }
            FractionalVersion::V3 if matches!(value, Val::Null) => None,
            FractionalVersion::V3 => Some(hash_of(|hash| cbor::value(hash, value))),
        }
    }

    /// The hash where no bucketing value is given: flag key and targeting key.
    fn implicit(&self, at: At<'_, '_>) -> Option<u32> {
        let key = at.context.targeting_key()?;
        let key = key.as_text().filter(|key| !key.is_empty())?;
        Some(hash_of(|hash| match self.version {
            FractionalVersion::V2 => {
                hash.bytes(at.flag_key.as_bytes());
                hash.bytes(key.as_bytes());
            }
            FractionalVersion::V3 => {
                cbor::array_head(hash, 2);
                cbor::text(hash, at.flag_key);
                cbor::text(hash, key);
            }
        }))
    }

    /// CBOR says how long a text is before it says the text, so the pieces are looked up twice.
    fn hash_pieces(&self, pieces: &[Rule], at: At<'_, '_>) -> u32 {
        hash_of(|hash| {
            if self.version == FractionalVersion::V3 {
                let length = pieces.iter().map(|piece| evaluate(piece, at).piece().len()).sum();
                cbor::text_head(hash, length);
            }
            for piece in pieces {
                hash.bytes(evaluate(piece, at).piece().as_bytes());
            }
        })
    }
}

#[inline]
fn hash_of(feed: impl FnOnce(&mut Murmur)) -> u32 {
    let mut hash = Murmur::default();
    feed(&mut hash);
    hash.finish()
}

fn pick_weighed<'a>(hash: u32, buckets: &'a [Bucket], at: At<'_, 'a>) -> Option<usize> {
    let mut on_stack = [0_u64; BUCKETS_ON_STACK];
    let mut on_heap = Vec::new();
    let ends = if let Some(ends) = on_stack.get_mut(..buckets.len()) {
        ends
    } else {
        on_heap.resize(buckets.len(), 0);
        on_heap.as_mut_slice()
    };
    let mut end = 0;
    for (bucket, slot) in buckets.iter().zip(ends.iter_mut()) {
        end += weight(&evaluate(&bucket.weight, at))?;
        *slot = end;
    }
    (end <= WEIGHT_MAX).then(|| pick(hash, ends)).flatten()
}

/// The answer among buckets that are values: arrays of a variant and, if said, a weight.
fn among<'a>(hash: u32, buckets: impl Iterator<Item = Val<'a>>) -> Val<'a> {
    let mut ends = Vec::new();
    let mut variants = Vec::new();
    let mut end = 0;
    for bucket in buckets {
        let variant = bucket.member("0");
        let weight = weight(&bucket.member("1").unwrap_or(Val::Null));
        let (true, Some(variant), Some(weight)) = (bucket.is_array(), variant, weight) else {
            return Val::Null;
        };
        end += weight;
        ends.push(end);
        variants.push(variant);
    }
    if end > WEIGHT_MAX {
        return Val::Null;
    }
    let place = pick(hash, &ends);
    place
        .and_then(|place| variants.into_iter().nth(place))
        .map_or(Val::Null, scalar)
}

impl FractionalVersion {
    /// The version as a flag set's `metadata.fractionalVersion` names it.
    pub(super) fn read(value: &Value) -> Option<Self> {
        match value.as_u64()? {
            2 => Some(Self::V2),
            3 => Some(Self::V3),
            _ => None,
        }
    }
}

/// A variant's name from what a rule answered; numbers are written as JSON has them.
pub(super) fn variant_name<'v>(answer: &'v Val<'_>) -> Option<Cow<'v, str>> {
    let has_name = !matches!(answer, Val::Null) && !answer.is_array_or_object();
    has_name.then(|| answer.text())
}
