use super::super::CpuStays;
use super::*;
use crate::model::Amount;
use proptest::prelude::*;

const fn of(cpu: i64, mebi: i64) -> Amount {
    Amount { cpu, memory: mebi * MEBI }
}

fn known(requests: Amount, limits: Amount, used: Amount) -> Facts {
    Facts { requests, limits, used, measured: Measured::History(SAMPLES), ..Facts::default() }
}

const SAMPLES: i64 = 2016;

/// Returns the suggested requests and limits, in thousandths and MiB.
fn proposed(facts: &Facts) -> [Option<i64>; 4] {
    let (_, Proposal { requests, limits }) = judge(facts);
    let mebi = |bytes: Option<i64>| bytes.map(|bytes| bytes / MEBI);
    [requests.cpu, mebi(requests.memory), limits.cpu, mebi(limits.memory)]
}

#[test]
fn rounds_amounts_to_common_steps() {
    for (used, cpu) in [
        (0, 10),
        (8, 10),
        (9, 20),
        (17, 20),
        (80, 100),
        (87, 150),
        (130, 150),
        (131, 200),
        (869, 1000),
        (870, 1250),
        (2000, 2500),
        (3400, 4000),
        (3500, 4500),
    ] {
        assert_eq!(round_up(with(used, MARGIN).max(10), &CPU), cpu, "{used}m");
    }
    for (used, mebi) in [
        (0, 16),
        (13, 16),
        (14, 32),
        (100, 128),
        (222, 256),
        (223, 320),
        (890, 1024),
        (891, 1280),
        (2048, 2560),
    ] {
        let wanted = round_up(with(used * MEBI, MARGIN).max(16 * MEBI), &MEMORY);
        assert_eq!(wanted / MEBI, mebi, "{used}Mi");
    }
    assert_eq!((round_up(i64::MAX - 3, &MEMORY), with(i64::MAX, 15)), (i64::MAX, i64::MAX));
}

#[test]
fn lowers_requests_if_it_is_worth_it() {
    let none = Amount::default();
    for (request, used, wanted) in [
        (of(1000, 2048), of(120, 300), [Some(150), Some(384), None, None]),
        // Less than 50m, less than 64Mi.
        (of(55, 95), of(5, 20), [None, None, None, None]),
        (of(60, 1024), of(5, 20), [Some(10), Some(32), None, None]),
        // Less than a fifth.
        (of(1000, 1024), of(735, 750), [None, None, None, None]),
        (of(1000, 1024), of(695, 700), [Some(800), None, None, None]),
    ] {
        assert_eq!(proposed(&known(request, none, used)), wanted, "{request:?} {used:?}");
    }
}

#[test]
fn sorts_risks_and_suggests_values() {
    use Risk::{AboveCpuRequest, AboveMemoryRequest, NearLimit, OomKilled, Throttled};
    let killed = |killed| Facts { killed, ..known(of(500, 1024), of(500, 1280), of(450, 600)) };
    let held = |limit, used| Facts {
        throttled: Some((422, Some(limit))),
        ..known(of(200, 256), of(limit, 512), of(used, 200))
    };
    for (facts, risks, wanted) in [
        (killed(Killed::Needs(1536 * MEBI)), vec![OomKilled], [None, None, None, Some(1536)]),
        // The heap fits: the limit rises by a quarter, and nothing is lowered.
        (killed(Killed::Needs(1024 * MEBI)), vec![OomKilled], [None, None, None, Some(1792)]),
        (killed(Killed::Yes), vec![OomKilled], [None, None, None, Some(1792)]),
        (
            Facts { killed: Killed::Yes, ..known(of(500, 0), of(0, 0), of(400, 600)) },
            vec![OomKilled, AboveMemoryRequest],
            [None, Some(704), None, None],
        ),
        (
            known(of(500, 448), of(0, 512), of(400, 470)),
            vec![NearLimit, AboveMemoryRequest],
            [None, Some(576), None, Some(640)],
        ),
        (held(500, 190), vec![Throttled(422)], [None, None, Some(1000), None]),
        (held(500, 300), vec![Throttled(422), AboveCpuRequest], [Some(350), None, Some(1000), None]),
        // The usage is above the next limit, as before the limit was set or in a burst.
        (held(500, 1700), vec![Throttled(422), AboveCpuRequest], [Some(2000), None, Some(2000), None]),
        (
            known(of(100, 128), of(200, 0), of(900, 200)),
            vec![AboveMemoryRequest, AboveCpuRequest],
            // A limit is never below its request.
            [Some(1250), Some(240), Some(1250), None],
        ),
        (
            known(of(0, 0), of(0, 0), of(0, 0)),
            vec![AboveMemoryRequest, AboveCpuRequest],
            [Some(10), Some(16), None, None],
        ),
        (known(of(100, 256), of(0, 0), of(80, 200)), vec![], [None; 4]),
    ] {
        assert_eq!((judge(&facts).0, proposed(&facts)), (risks, wanted), "{facts:?}");
    }
}

#[test]
fn keeps_limits_that_did_not_cause_the_kill() {
    use Risk::{AboveMemoryRequest, NearLimit, OomKilled};
    let killed = |killed| Facts { killed, ..known(of(500, 1024), of(500, 1280), of(450, 600)) };
    for (facts, risks, wanted) in [
        // A higher limit does not help. A container that is near its limit was OOMKilled at it.
        (killed(Killed::NodeShort), vec![OomKilled], [None; 4]),
        (killed(Killed::Leaks), vec![OomKilled], [None; 4]),
        (
            Facts { killed: Killed::Leaks, ..known(of(500, 448), of(0, 512), of(400, 510)) },
            vec![OomKilled, AboveMemoryRequest],
            [None; 4],
        ),
        (
            Facts { killed: Killed::NodeShort, ..known(of(500, 448), of(0, 512), of(400, 470)) },
            vec![OomKilled, NearLimit, AboveMemoryRequest],
            [None, Some(576), None, Some(640)],
        ),
    ] {
        assert_eq!((judge(&facts).0, proposed(&facts)), (risks, wanted), "{facts:?}");
    }
}

#[test]
fn keeps_cpu_requests_of_throttled_and_autoscaled_containers() {
    let facts = known(of(2000, 256), of(2000, 512), of(300, 200));
    assert_eq!(proposed(&facts)[0], Some(350));
    let held = Facts { throttled: Some((200, Some(2000))), ..facts.clone() };
    assert_eq!(proposed(&held), [None, None, Some(3000), None]);
    for why in [CpuStays::Autoscaled, CpuStays::AutoscalersNotSeen] {
        let scaled = |used| {
            let facts = known(of(2000, 1024), of(0, 0), of(used, 200));
            proposed(&Facts { cpu_stays: Some(why), ..facts })
        };
        assert_eq!(
            (scaled(300), scaled(3000)),
            ([None, Some(240), None, None], [None, Some(240), None, None])
        );
    }
}

#[test]
fn suggests_nothing_from_few_samples() {
    for measured in [Measured::Few(99), Measured::Once] {
        let of = |request, limit, used| Facts { measured, ..known(request, limit, used) };
        let near = of(of_(500), self::of(0, 512), self::of(700, 500));
        assert_eq!(judge(&near), (vec![Risk::NearLimit], Proposal::default()));
        let over = of(self::of(4000, 8192), Amount::default(), self::of(10, 10));
        assert_eq!(judge(&over), (vec![], Proposal::default()));
    }
    // An OOM kill is enough to judge the limit.
    let killed = Facts { limits: of(0, 400), requests: of(0, 400), killed: Killed::Yes, ..Facts::default() };
    assert_eq!(proposed(&killed), [None, None, None, Some(512)]);
}

fn of_(cpu: i64) -> Amount {
    of(cpu, 512)
}

prop_compose! {
    fn any_facts()(
        requests in amount(), limits in amount(), used in amount(), samples in 0_i64..300,
        stays in any::<bool>(), killed in prop_oneof![Just(Killed::No), Just(Killed::NodeShort), Just(Killed::Yes), Just(Killed::Leaks), number().prop_map(Killed::Needs)],
        throttled in proptest::option::of((0_i64..=1000, proptest::option::of(1..=i64::MAX))),
    ) -> Facts {
        let measured = if samples >= 100 { Measured::History(samples) } else { Measured::Few(samples) };
        let cpu_stays = stays.then_some(CpuStays::Autoscaled);
        Facts { requests, limits, used, measured, cpu_stays, killed, throttled, ..Facts::default() }
    }
}

fn number() -> impl Strategy<Value = i64> {
    prop_oneof![0..=5000_i64, 0..=(64_i64 << 30), Just(0), Just(i64::MAX), 0..=i64::MAX]
}

fn amount() -> impl Strategy<Value = Amount> {
    (number(), number()).prop_map(|(cpu, memory)| Amount { cpu, memory })
}

proptest! {
    #[test]
    fn no_suggestion_is_below_usage_and_margin(facts in any_facts()) {
        let (_, Proposal { requests, limits }) = judge(&facts);
        let enough = Amount { cpu: with(facts.used.cpu, MARGIN), memory: with(facts.used.memory, MARGIN) };
        prop_assert!(requests.cpu.is_none_or(|cpu| cpu >= enough.cpu && cpu >= 10));
        prop_assert!(requests.memory.is_none_or(|memory| memory >= enough.memory && memory >= 16 * MEBI));
        prop_assert!(limits.memory.is_none_or(|memory| memory >= enough.memory));
        prop_assert!(limits.cpu.is_none_or(|cpu| cpu >= enough.cpu));
        let above = |limit: Option<i64>, now: i64, request: Option<i64>, asked: i64| {
            now <= 0 || limit.is_none() && request.is_none() || limit.unwrap_or(now) >= request.unwrap_or(asked)
        };
        prop_assert!(above(limits.cpu, facts.limits.cpu, requests.cpu, facts.requests.cpu));
        prop_assert!(above(limits.memory, facts.limits.memory, requests.memory, facts.requests.memory));
        if matches!(facts.measured, Measured::Few(_)) {
            prop_assert_eq!(requests, Change::default());
        }
        if facts.killed == Killed::Leaks {
            prop_assert_eq!((requests.memory, limits.memory), (None, None));
        }
        if facts.killed != Killed::No {
            prop_assert!(requests.memory.is_none_or(|memory| memory >= facts.requests.memory));
            prop_assert!(limits.memory.is_none_or(|memory| memory >= facts.limits.memory));
        }
    }
}

#[test]
fn far_more_usage_now_contradicts_the_history() {
    // History: CPU 100m, memory 100Mi. Suggested: CPU 120m, memory 128Mi.
    let at = |now: Option<Amount>, recorded: Option<Amount>| {
        let used = of(100, 100).max(Amount { cpu: 0, ..now.unwrap_or_default() });
        let facts = Facts { recorded, now, ..known(of(2000, 4096), of(0, 0), used) };
        let (_, proposal) = judge(&facts);
        assert!(proposal.is_any());
        is_contradicted(&facts, &proposal)
    };
    let history = Some(of(100, 100));
    for (now, contradicts) in [
        (of(1500, 90), true),
        (of(10, 3072), true),
        (of(301, 100), true),
        // Twice the suggested request, and twice the recorded memory, are peaks.
        (of(300, 200), false),
        (of(100, 100), false),
        (of(0, 0), false),
    ] {
        assert_eq!(at(Some(now), history), contradicts, "{now:?}");
    }
    assert!(!at(None, history) && !at(Some(of(1500, 3072)), None), "one source cannot contradict itself");
    // Little is little, even if it is far more than nothing.
    let small = Facts {
        now: Some(of(50, 60)),
        recorded: Some(of(1, 1)),
        ..known(of(2000, 4096), of(0, 0), of(1, 60))
    };
    assert!(!is_contradicted(&small, &judge(&small).1));
}
