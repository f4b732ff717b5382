//! What Telegram sends us, as far as we use it. Everything unknown is skipped and everything absent has a default,
//! because an update that does not parse would come again and again for a day and block its sender's queue.

mod media;
mod message;
mod payment;
mod star;
mod update;

pub use media::{Audio, Document, File, PhotoSize, Present, Video, Voice};
pub use message::{Chat, Message, User};
pub use payment::{PreCheckoutQuery, RefundedPayment, Subscription, SubscriptionState, SuccessfulPayment};
pub use star::{PartnerUser, StarAmount, StarTransaction, StarTransactions, TransactionPartner};
pub(crate) use update::HANDLED;
pub use update::{CallbackQuery, ChatMember, ChatMemberUpdated, Update, UpdateKind};
