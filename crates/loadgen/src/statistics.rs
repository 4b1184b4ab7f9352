//! Latencies in little memory.

/// Buckets per power of two: a quantile is at most 1/32 (3 %) too high.
const STEPS: u64 = 32;
/// Powers of two above the exact range; 2^36 µs is nineteen hours.
const OCTAVES: u64 = 31;

/// A histogram of microseconds with logarithmic buckets; exact below 32 µs.
#[derive(Clone, Debug)]
pub struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    max_us: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            buckets: vec![0; (STEPS * (OCTAVES + 1)) as usize],
            count: 0,
            max_us: 0,
        }
    }
}

fn bucket_of(value: u64) -> usize {
    if value < STEPS {
        return value as usize;
    }
    let octave = u64::from(value.ilog2()) - u64::from(STEPS.ilog2());
    let step = (value >> octave) - STEPS;
    ((octave.min(OCTAVES - 1) + 1) * STEPS + step) as usize
}

fn upper_bound_of(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < STEPS {
        return bucket;
    }
    let octave = bucket / STEPS - 1;
    ((bucket % STEPS + STEPS + 1) << octave) - 1
}

impl Histogram {
    /// Count one value.
    pub fn record(&mut self, value_us: u64) {
        let last = self.buckets.len() - 1;
        self.buckets[bucket_of(value_us).min(last)] += 1;
        self.count += 1;
        self.max_us = self.max_us.max(value_us);
    }

    /// How many values were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The largest value, exactly; 0 if there is none.
    pub fn max_us(&self) -> u64 {
        self.max_us
    }

    /// The value that a share of all values do not exceed, rounded up to its bucket; 0 if there is
    /// none.
    ///
    /// `share`: 0.0 to 1.0, e.g. 0.99.
    pub fn quantile_us(&self, share: f64) -> u64 {
        let wanted = ((share * self.count as f64).ceil() as u64).max(1);
        let mut seen = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return upper_bound_of(bucket).min(self.max_us);
            }
        }
        self.max_us
    }
}

/// One received RTP stream: what came, and what the gaps in its numbers say did not.
#[derive(Clone, Copy, Debug)]
pub struct Sequence {
    first: u64,
    last: u64,
    received: u64,
}

impl Sequence {
    /// Begin with the first packet's extended sequence number.
    pub fn new(first: u64) -> Self {
        Self {
            first,
            last: first,
            received: 1,
        }
    }

    /// Count another packet. It is not a duplicate: SRTP's replay window has seen to that.
    pub fn record(&mut self, number: u64) {
        self.first = self.first.min(number);
        self.last = self.last.max(number);
        self.received += 1;
    }

    /// Packets that came.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Packets missing between the first and the last.
    pub fn lost(&self) -> u64 {
        (self.last - self.first + 1).saturating_sub(self.received)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_latencies_are_exact() {
        let mut histogram = Histogram::default();
        (1..=20).for_each(|value| histogram.record(value));
        assert_eq!(histogram.quantile_us(0.5), 10);
        assert_eq!(histogram.quantile_us(1.0), 20);
        assert_eq!(histogram.max_us(), 20);
    }

    #[test]
    fn large_latencies_are_at_most_three_percent_too_high() {
        for value in [33, 100, 999, 12_345, 1_000_000, 3_600_000_000] {
            let mut histogram = Histogram::default();
            histogram.record(value);
            histogram.record(u64::MAX >> 20);
            let median = histogram.quantile_us(0.5);
            assert!(median >= value, "{value}: {median}");
            assert!(median as f64 <= value as f64 * 1.04, "{value}: {median}");
        }
    }

    #[test]
    fn one_slow_packet_in_a_thousand_shows_in_the_maximum_and_not_in_p99() {
        let mut histogram = Histogram::default();
        (0..999).for_each(|_| histogram.record(100));
        histogram.record(80_000);
        assert!(histogram.quantile_us(0.99) < 104);
        assert_eq!(histogram.max_us(), 80_000);
    }

    #[test]
    fn nothing_measured_is_zero_and_the_absurd_does_not_break_it() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile_us(0.99), 0);
        histogram.record(u64::MAX);
        assert_eq!(histogram.count(), 1);
        assert!(histogram.quantile_us(0.99) > 0);
    }

    #[test]
    fn every_value_falls_into_a_bucket_whose_bound_is_not_below_it() {
        for value in (0..70_000).chain([1 << 30, (1 << 36) - 1]) {
            assert!(upper_bound_of(bucket_of(value)) >= value, "{value}");
        }
    }

    #[test]
    fn gaps_are_loss_and_late_packets_fill_them() {
        let mut sequence = Sequence::new(70_000);
        for number in [70_001, 70_005, 70_003] {
            sequence.record(number);
        }
        assert_eq!((sequence.received(), sequence.lost()), (4, 2));
    }
}
