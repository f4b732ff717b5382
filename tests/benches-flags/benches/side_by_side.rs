//! What an answer costs, each evaluator's beside ours, in one run. Before anything is measured it is made sure that every
//! one of them answers: the switch is on for everybody, the rollout for about a tenth.
#![allow(missing_docs, reason = "criterion's macros document nothing")]

use std::hint::black_box;

use benches_flags::{Datalogic, Evaluator, Flagd, LaunchDarkly, Ours, ROLLOUT, STATIC, Unleash};
use criterion::{Criterion, criterion_group, criterion_main};

/// Of so many customers, a tenth is on within a few.
const CUSTOMERS: usize = 2000;

fn works<E: Evaluator>() {
    assert!(E::for_user("user-7294618350").is_on(STATIC), "{}", E::NAME);
    let on = (0..CUSTOMERS)
        .filter(|user| E::for_user(&format!("user-{user}")).is_on(ROLLOUT))
        .count();
    assert!((150..=250).contains(&on), "{}: {on} of {CUSTOMERS}", E::NAME);
}

fn measure<E: Evaluator>(criterion: &mut Criterion) {
    works::<E>();
    let mut evaluator = E::for_user("user-7294618350");
    for (name, key) in [("static", STATIC), ("tier and 10 % rollout", ROLLOUT)] {
        let asked = allocation_counter::measure(|| {
            black_box(evaluator.is_on(black_box(key)));
        });
        println!("{name}/{}: {} allocations", E::NAME, asked.count_total);
        criterion
            .benchmark_group(name)
            .bench_function(E::NAME, |bencher| {
                bencher.iter(|| evaluator.is_on(black_box(key)));
            });
    }
}

criterion_group!(
    benches,
    measure::<Ours>,
    measure::<Unleash>,
    measure::<Datalogic>,
    measure::<LaunchDarkly>,
    measure::<Flagd>
);
criterion_main!(benches);
