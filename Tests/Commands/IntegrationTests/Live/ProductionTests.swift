import Testing

/// Tests of a whole production fleet, one after the other: two such fleets at a time are more than a small machine can bear.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ProductionTests {}
