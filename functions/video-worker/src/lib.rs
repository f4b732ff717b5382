//! The Lambda that carries a job from the queue to the delivered video.
