"""What the corpus means, and what each format should show of it.

A family has name, kind, help, unit, buckets, shape [schema, lowest exponent, octaves], states and series. A series has labels,
created, exemplars [labels, value, timestamp] and a value by the kind: a number; for a histogram the buckets' counts, not
cumulative, and the sum; for a summary count and sum; for a native histogram below, zero, above and sum, and apart from it the
observed buckets as pairs of number and count; for a state set the number of the state or null. Numbers are "i:" and a decimal
whole number, or "d:" and the 64 bits of a double in hexadecimal.
"""

import decimal
import math
import struct


def number(text):
    if text is None:
        return None
    kind, _, digits = text.partition(":")
    return int(digits) if kind == "i" else struct.unpack(">d", bytes.fromhex(digits.zfill(16)))[0]


def finite(text):
    """A time, when it is one."""
    value = number(text)
    return value if value is not None and math.isfinite(value) else None


def bits(value):
    return struct.pack(">d", value)


def same(expected, got):
    """Whether a double is the same to the bit, all NaN being one; a whole number must be whole and equal."""
    if isinstance(expected, int):
        return isinstance(got, int) and expected == got
    if math.isnan(expected):
        return math.isnan(got)
    return bits(expected) == bits(float(got))


def canonical(bound):
    """A bound as Go's %g has it, with a point when there is no exponent: how Prometheus itself writes those of protobuf."""
    if math.isinf(bound):
        return "+Inf"
    if bound == 0:
        return "0.0"
    sign, digits, exponent = decimal.Decimal(repr(bound)).as_tuple()
    text = "".join(map(str, digits)).lstrip("0").rstrip("0")
    exponent = len("".join(map(str, digits)).lstrip("0")) + exponent - 1
    if -4 <= exponent < 6:
        text = text.rjust(len(text) - exponent, "0").ljust(exponent + 1, "0")
        point = max(exponent, 0) + 1
        text = text[:point] + "." + (text[point:] or "0")
    else:
        text = text[0] + ("." + text[1:] if text[1:] else "") + f"e{exponent:+03d}"
    return "-" * sign + text


class Exemplar:
    def __init__(self, record):
        labels, value, timestamp = record
        self.labels = dict(labels)
        self.value = number(value)
        self.timestamp = finite(timestamp)
        self.is_short = sum(len(name) + len(value) for name, value in labels) <= 128


class Series:
    def __init__(self, family, record):
        self.labels = dict(record["labels"])
        self.created = finite(record.get("created"))
        self.exemplars = [Exemplar(e) if e else None for e in record["exemplars"]]
        self.value = record.get("value")
        kind = family.kind
        if kind in ("counter", "gauge", "info"):
            self.value = number(self.value)
        elif kind == "summary":
            self.count, self.sum = map(number, self.value)
        elif kind == "histogram":
            *counts, self.sum = map(number, self.value)
            self.cumulative = [sum(counts[: i + 1]) for i in range(len(counts))]
            self.count = sum(counts)
            self.bucket_exemplars = self.exemplars + [None] * (len(counts) - len(self.exemplars))
        elif kind == "nativeHistogram":
            self._native(family, record)

    def _native(self, family, record):
        self.schema, lowest, _ = family.shape
        below, self.zero_count, above, self.sum = map(number, self.value)
        first = (lowest << self.schema) + 1
        overflow = (1024 << self.schema) + 1
        self.positive = {first + number(i): number(count) for i, count in record["observed"]}
        if above:
            self.positive[overflow] = above
        self.negative = {overflow: below} if below else {}
        self.zero_threshold = 2.0**lowest
        self.count = below + self.zero_count + sum(self.positive.values())
        # Bucket i ends at 2^(i / 2^schema): which are at or below a power of two is exact in whole numbers.
        self.cumulative = [
            below + self.zero_count + sum(c for i, c in self.positive.items() if i <= exponent << self.schema)
            for exponent in family.classic_exponents
        ] + [self.count]
        self.bucket_exemplars = [None] * len(self.cumulative)
        for exemplar in filter(None, self.exemplars):
            bucket = next((i for i, bound in enumerate(family.bounds) if exemplar.value <= bound), -1)
            self.bucket_exemplars[bucket] = self.bucket_exemplars[bucket] or exemplar


class Family:
    def __init__(self, record):
        self.name = record["name"]
        self.kind = record["kind"]
        self.help = record["help"]
        self.unit = record["unit"]
        self.states = record["states"]
        self.bounds = [number(bound) for bound in record["buckets"]] + [math.inf]
        self.shape = record.get("shape")
        if self.shape:
            _, lowest, octaves = self.shape
            step = -(-octaves // 16)
            self.classic_exponents = list(range(lowest + step, lowest + octaves + 1, step))
            self.bounds = [2.0**exponent for exponent in self.classic_exponents] + [math.inf]
        self.series = [Series(self, series) for series in record["series"]]

    @property
    def state_label(self):
        return self.name.replace(":", "_")

    @property
    def type(self):
        """In OpenMetrics; an info without its suffix and a state set whose name is no label cannot be told as such."""
        if self.kind == "info":
            return "info" if self.name.endswith("_info") else "unknown"
        if self.kind == "stateSet":
            return "stateset" if self.state_label == self.name else "unknown"
        return "histogram" if self.kind == "nativeHistogram" else self.kind

    @property
    def text_type(self):
        return {"info": "gauge", "stateSet": "gauge", "nativeHistogram": "histogram"}.get(self.kind, self.kind)

    @property
    def short_name(self):
        """In OpenMetrics 1.0."""
        if self.kind == "counter":
            return self.name.removesuffix("_total")
        return self.name.removesuffix("_info") if self.kind == "info" else self.name

    def samples(self):
        """Series, labels and value of every sample: a state set has one for each state."""
        for series in self.series:
            if self.kind == "stateSet":
                for labels, value in self.states_of(series):
                    yield series, labels, value
            else:
                yield series, series.labels, series.value

    def states_of(self, series):
        """Labels and value of each sample of a state set."""
        for index, state in enumerate(self.states):
            yield {**series.labels, self.state_label: state}, int(index == series.value)
