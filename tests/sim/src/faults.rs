//! Everything that goes wrong, each kind with a name, and where it strikes.

macro_rules! faults {
    ($($(#[$about:meta])* $fault:ident,)+) => {
        /// One kind of fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Fault {
            $($(#[$about])* $fault,)+
        }

        /// All of them, in order.
        pub const ALL: &[Fault] = &[$(Fault::$fault),+];
    };
}

faults! {
    // DynamoDB.
    TableThrottled,
    TableConflict,
    TableLostBefore,
    TableLostAfter,
    TableSlow,
    TableLocked,
    ReadStale,
    IndexStale,
    // SQS.
    RingRefused,
    RingAnswerLost,
    RingSlow,
    MessageDoubled,
    MessageLate,
    MessageLost,
    MessageShownTooEarly,
    MessagePoisoned,
    // Lambda.
    KilledBefore,
    KilledAfter,
    ColdStart,
    ClockAhead,
    CleanupSkipped,
    CleanupDoubled,
    // Telegram, as it calls.
    UpdateDoubled,
    UpdateLate,
    WebhookAnswerLost,
    WebhookAnswerSlow,
    // Telegram, as it is called.
    TelegramUnreachable,
    TelegramLostAfter,
    TelegramSilent,
    TelegramFlood,
    TelegramBroken,
    TelegramGarbage,
    TelegramFetchesNothing,
    // Customers.
    CustomerTapsTwice,
    CustomerBlocks,
    CustomerDeletesMessage,
    // The provider's API.
    ProviderUnreachable,
    ProviderLostAfter,
    ProviderSilent,
    ProviderFlood,
    ProviderBroken,
    ProviderGateway,
    ProviderGarbage,
    ProviderEmptyAccount,
    // What becomes of a render.
    RenderFails,
    RenderModerated,
    RenderSlow,
    RenderNever,
    RenderWithoutFile,
    RenderGarbled,
    FileIsAPage,
    FileGone,
    FileExpired,
    FileEmpty,
    FileCut,
    FileBig,
    FileHuge,
    // Callbacks.
    CallbackLost,
    CallbackDoubled,
    CallbackLate,
    CallbackEarly,
    CallbackForged,
    // The rails.
    RailUnreachable,
    RailLostAfter,
    RailSilent,
    RailBroken,
    NoticeLost,
    NoticeDoubled,
    NoticeLate,
    NoticeForged,
    MoneyGoesBack,
    MoneyLate,
    MoneyBounces,
    MoneyDisputed,
    DisputeWon,
    // Operators.
    OrdersPaused,
    ProviderPaused,
    CreditsGranted,
    CustomerBanned,
    OrderGivenBack,
    PaymentGivenBack,
}

impl Fault {
    /// How many times as likely it is as others: what has one chance an order or a payment strikes as often as what has
    /// one at each request.
    pub(crate) fn weight(self) -> u32 {
        if self >= Self::RailUnreachable {
            6
        } else if self >= Self::RenderFails || self == Self::ProviderLostAfter {
            3
        } else if self == Self::MessageShownTooEarly || self == Self::MessagePoisoned {
            1
        } else {
            2
        }
    }
}

/// A world in which something that everything rests on does not hold: a simulation that finds nothing wrong there would
/// find nothing anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Writes happen whatever their conditions say.
    Conditions,
    /// Of a transaction only the first half is written.
    Transactions,
    /// Nobody looks for what was forgotten.
    Cleanup,
    /// Telegram shows another file than it is given.
    Files,
    /// A video that a message becomes comes once more by itself.
    Edits,
    /// What operators change is acknowledged and not written.
    Settings,
    /// The rail has no more of the money that it says it has.
    Rail,
    /// Whoever makes reports up can sign them.
    Signature,
    /// Of two machines one is a quarter of an hour ahead.
    Clock,
}
