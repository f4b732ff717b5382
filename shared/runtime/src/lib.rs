//! Everything before the first event: configuration, secrets, telemetry, clients, clock.
