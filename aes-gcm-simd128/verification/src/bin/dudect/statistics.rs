//! Welch's test, on all measurements and on the fastest of them.

use serde::Serialize;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Class {
    Fixed,
    Random,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Measurement {
    pub(crate) class: Class,
    pub(crate) nanoseconds: f64,
}

/// The clearest difference between the classes.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Verdict {
    /// Of all processes together: positive where a fixed key takes longer.
    pub(crate) t: f64,
    /// Percent of the measurements that it is of, the fastest.
    pub(crate) kept: f64,
    /// The t of one process that is farthest from zero.
    pub(crate) t_of_one_process: f64,
    /// Of the first process, with a fixed key and with random ones.
    pub(crate) medians: [f64; 2],
}

/// Compares all, and then without more and more of the slowest, which are mostly interruptions.
///
/// A leak is there in each process, and what a process owes to its place in memory is not: so the t of
/// processes are added, each as much as another (Stouffer's method).
pub(crate) fn compare(mut processes: Vec<Vec<Measurement>>) -> Verdict {
    for process in &mut processes {
        process.sort_by(|a, b| a.nanoseconds.total_cmp(&b.nanoseconds));
    }
    let of_each = |share| processes.iter().map(move |process| welch(fastest(process, share)));
    let together = |share| of_each(share).sum::<f64>() / (processes.len() as f64).sqrt();
    let (t, share) = farthest(shares().map(|share| (together(share), share)));
    let (t_of_one_process, _) = farthest(shares().flat_map(of_each).map(|t| (t, ())));
    let first = processes.first().map(Vec::as_slice).unwrap_or_default();
    let medians = [Class::Fixed, Class::Random].map(|class| median(first, class));
    Verdict { t, kept: 100.0 * share, t_of_one_process, medians }
}

/// The first number, and what it came with, that is farthest from zero.
fn farthest<T: Default>(numbers: impl Iterator<Item = (f64, T)>) -> (f64, T) {
    numbers.max_by(|(a, _), (b, _)| a.abs().total_cmp(&b.abs())).unwrap_or_default()
}

/// All, and the hundred shares that dudect's program keeps, from 7 to 99.9 %.
fn shares() -> impl Iterator<Item = f64> {
    (1..=100).map(|n| 1.0 - 0.5_f64.powf(f64::from(n) / 10.0)).chain([1.0])
}

/// Those below the time that so large a share is below.
fn fastest(sorted: &[Measurement], share: f64) -> &[Measurement] {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in it")]
    let place = (sorted.len() as f64 * share) as usize;
    let limit = sorted.get(place).map_or(f64::INFINITY, |slowest| slowest.nanoseconds);
    let count = sorted.partition_point(|measurement| measurement.nanoseconds < limit);
    sorted.get(..count).unwrap_or_default()
}

fn median(sorted: &[Measurement], class: Class) -> f64 {
    let of_class = || sorted.iter().filter(|measurement| measurement.class == class);
    of_class().nth(of_class().count() / 2).map_or(f64::NAN, |middle| middle.nanoseconds)
}

/// Welch's t: the difference of the means, by its standard error. Zero without enough measurements.
fn welch(measurements: &[Measurement]) -> f64 {
    let [fixed, random] =
        [Class::Fixed, Class::Random].map(|class| Moments::of(measurements, class));
    let error = fixed.variance / fixed.count + random.variance / random.count;
    let t = (fixed.mean - random.mean) / error.sqrt();
    if t.is_finite() { t } else { 0.0 }
}

struct Moments {
    count: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(measurements: &[Measurement], class: Class) -> Self {
        let times = || {
            let of_class = measurements.iter().filter(move |each| each.class == class);
            of_class.map(|measurement| measurement.nanoseconds)
        };
        let count = times().count() as f64;
        let mean = times().sum::<f64>() / count;
        let squares: f64 = times().map(|time| (time - mean).powi(2)).sum();
        Self { count, mean, variance: squares / (count - 1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measurements(fixed: &[f64], random: &[f64]) -> Vec<Measurement> {
        let of = |class, times: &[f64]| {
            times
                .iter()
                .map(move |&nanoseconds| Measurement { class, nanoseconds })
                .collect::<Vec<_>>()
        };
        [of(Class::Fixed, fixed), of(Class::Random, random)].concat()
    }

    /// Means 2 and 4, variances 1 and 4: -2 / sqrt(1/3 + 4/3).
    #[test]
    fn t_is_welchs() {
        let t = welch(&measurements(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]));
        assert!((t + 2.0 / (5.0_f64 / 3.0).sqrt()).abs() < 1e-12, "{t}");
    }

    /// A generator's noise of 0 to 10 ns, with a rare interruption.
    fn noise(random: &mut fastrand::Rng) -> f64 {
        let interruption = if random.u8(..) == 0 { 100_000.0 * random.f64() } else { 0.0 };
        1000.0 + 10.0 * random.f64() + interruption
    }

    fn with_difference(nanoseconds: f64) -> f64 {
        let mut random = fastrand::Rng::with_seed(1);
        let fixed: Vec<_> = (0..20_000).map(|_| noise(&mut random) + nanoseconds).collect();
        let others: Vec<_> = (0..20_000).map(|_| noise(&mut random)).collect();
        compare(vec![measurements(&fixed, &others)]).t
    }

    #[test]
    fn half_a_nanosecond_is_found_below_interruptions() {
        assert!(with_difference(0.5) > 4.5);
        assert!(with_difference(-0.5) < -4.5);
    }

    #[test]
    fn noise_is_no_difference() {
        assert!(with_difference(0.0).abs() < 4.5);
    }

    /// Four times what one process shows; and what two show in opposite directions is nothing.
    #[test]
    fn processes_are_added() {
        let process = || measurements(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]);
        let opposite = measurements(&[2.0, 4.0, 6.0], &[1.0, 2.0, 3.0]);
        let one = compare(vec![process()]).t;
        let sixteen = compare((0..16).map(|_| process()).collect());
        assert!((sixteen.t - 4.0 * one).abs() < 1e-9);
        let two = compare(vec![process(), opposite]);
        assert!(two.t.abs() < 1e-9 && two.t_of_one_process.abs() >= one.abs());
    }

    #[test]
    fn medians_are_of_all() {
        let verdict = compare(vec![measurements(&[1.0, 2.0, 9.0], &[5.0, 4.0, 6.0])]);
        assert_eq!(verdict.medians, [2.0, 5.0]);
    }
}
