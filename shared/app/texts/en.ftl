# Everything that an English-speaking customer reads. Telegram HTML; values come escaped.

credits = { $count } { $count ->
    [one] credit
   *[other] credits
}
seconds = { $count } s

## Welcome and help

start-new = 👋 Hello! I turn photos and words into short videos.

    🎁 You have { $credits } to start with, for free.

    <b>How it works</b>
    1. Send a photo, or describe a video in words.
    2. Choose a model and see the price.
    3. Press “Create”: the video comes right here.

    A credit is spent only when the video is there. If it fails, the credit is back at once.
start-back = Welcome back! You have { $credits }.

    Send a photo, or describe a video in words.
start-more = <b>I also</b>
    { $lines }
start-kind = { $kind ->
    [image] { $of ->
        [both] 🖼 draw pictures and change photos
        [photo] 🖼 change photos
       *[words] 🖼 draw pictures
    }
    [music] 🎵 write songs
   *[speech] 🗣 read texts aloud
}
start-voice = 🎙 understand voice messages
start-parked = 📦 Finished orders waiting for you: { $count }.
help = <b>Ordering a video</b>
    Send a photo (with a caption if you like) or just text. A card shows the model, length, shape and price. Press “Create”.

    Where the bot makes other things too, the card has buttons for them: a picture, a song, speech. With a photo: to change it.

    <b>Money</b>
    Credits are set aside when you order. They are spent when it arrives. If it fails, or you cancel, they are back at once, in full.

    <b>How long it takes</b>
    Usually a few minutes. The order's message shows what is going on and becomes what you ordered in the end. You may close the bot.

    <b>Commands</b>
    /start — begin
    /buy — buy credits or a plan
    /orders — my orders: what became of each, send again
    /history — my purchases
    /cabinet — balance and limits
    /promo — promo code{ $bonus ->
        [yes] {"\u000A"}/bonus — today's bonus
       *[no] {""}
    }
    /invite — invite a friend
    /timezone — the time zone of the times that I show
    /language — the bot's language (язык)
    /notifications — news, and how orders go: shown or not
    /support — ask a person
    /paysupport — questions about payments
    /terms — terms
    /delete_my_data — delete my data
    /help — this text
command-start = Begin
command-orders = My orders
command-cabinet = Balance and limits
command-help = Help
command-bonus = Today's bonus
command-timezone = Time zone
command-language = Language · Язык
command-notifications = Notifications
group-hello = 👋 Hello! I make videos of photos and words, in a private chat: there prices, credits and orders are seen by you alone. Here I keep quiet and charge nothing.
group-answer = I work in private chats: there prices, credits and orders are seen by you alone. Open yours with the button below and press Start.
group-button = Buttons work only in the private chat with me. Nothing was charged.
group-button-open = 💬 Open the private chat
only-photo = I do not change videos and GIFs. Send a frame of it as a photo, or describe a video in words. Nothing was charged.
not-understood = I understand text and photos. Send a photo, or describe a video in words.
unknown-command = I do not know this command. There are:
    /start — begin
    /buy — buy credits or a plan
    /orders — my orders
    /cabinet — balance and limits
    /help — how to order a video, and all commands
    /timezone — your time zone
    /language — the bot's language

    To order, send a photo or describe a video in words.
photo-too-big = This picture is larger than { $limit } MB, which the models do not take. Send it as a photo, not as a file. Nothing was charged.
not-a-photo = Of files I take only JPEG and PNG pictures. Nothing was charged.
paused = ⏸ New orders are paused for a while. Nothing was charged, and accepted orders go on. Please try later.
trouble = 😔 Something broke on our side. Nothing was charged twice and nothing is lost. Please try again in a minute.

## Cabinet

cabinet = 👤 <b>Cabinet</b>

    Balance: <b>{ $available }</b>
    { $held-count ->
        [0] Set aside: nothing
       *[other] Set aside for orders: { $held }
    }
    Orders in progress: { $active } of { $active-max }
limit-what-requests = Orders
limit-what-prompts = Better words
limit-what-voices = Voice messages
limit-what-tokens = Tokens
limit-what-money = Spending
limit-hour = per hour
limit-day = per day
limit-week = per week
limit-month = per month
limit-open = at once
limit-sliding = within { $span }
cabinet-plan = Plan: { $name }
cabinet-tier = Tier: { $name }
cabinet-until = {" "}until { $moment }
cabinet-awaited = {" "}has ended; its renewal is awaited until { $moment }
limit-line = { $title }: { $left } of { $max } left, resets { $reset }
limit-line-open = { $title }: { $left } of { $max } free
limit-needed = { $left }; { $needed } needed
days = { $count } { $count ->
    [one] day
   *[other] days
}
hours = { $count } { $count ->
    [one] hour
   *[other] hours
}
minutes = { $count } { $count ->
    [one] minute
   *[other] minutes
}
reset-at = { $day ->
    [0] today
    [1] tomorrow
    [yesterday] yesterday
   *[other] { $date }
} at { $time } ({ $zone })
until-at = { $day ->
    [0] { $time }
    [1] tomorrow at { $time }
   *[other] { $date } at { $time }
} ({ $zone })
zone-moscow = Moscow

zone-unset = the bot's ({ $zone })
zone-is = 🕘 Time zone: <b>{ $zone }</b>, it is { $clock } now.

    To change it, send for example <code>/timezone Asia/Omsk</code> or <code>/timezone +5</code>. Back to the bot's: <code>/timezone off</code>. Only the times that I show you change; the limits reset as before.
zone-set = ✅ I show times in <b>{ $zone }</b> from now on: it is { $clock }.
zone-unknown = I do not know the time zone “{ $words }”. Send for example <code>/timezone Asia/Omsk</code> or <code>/timezone +5</code>.

language-name = English
language-is = 🌐 I speak English, whatever your Telegram does.
language-telegrams = 🌐 I speak what your Telegram speaks. Just now: { $name }.
language-as-telegram = As in Telegram

news-on = 🔔 Now and then I send news: new models, offers. You get them.

    Messages about your orders and payments always come.
news-off = 🔕 You get no news. Messages about your orders and payments come as before.
progress-on = ⏳ An order's message shows how it goes: the queue, the sending, the waiting.
progress-off = 🤫 How an order goes is not shown: its message changes once, when the result comes or the credits are back.
progress-button-off = 🤫 Only the result
progress-button-on = ⏳ Show how orders go
news-button-off = 🔕 No more news
news-button-on = 🔔 News again
broadcast-mute-button = 🔕 Unsubscribe
broadcast-muted = 🔕 No more messages like this. Those about your orders come as before. Changed your mind: /notifications

## Order card

card-title = { $kind ->
    [image] 🖼 <b>New picture</b>
    [edit] 🖼 <b>Change the photo</b>
    [music] 🎵 <b>New song</b>
    [speech] 🗣 <b>Speak the text</b>
   *[video] 🎬 <b>New video</b>
}
card-repriced = ⚠️ <b>The price has changed.</b> Nothing was ordered or charged. If it suits you, press Create again.
card-photo = 📷 From your photo
card-no-words = { $kind ->
    [edit] <i>What is to be changed? Send text and it is added to the photo.</i>
   *[video] <i>Want to describe the motion? Send text and it is added to the photo.</i>
}
card-hint-music = <i>Describe the style, the mood and what it is about: the model writes words and title.</i>
card-hint-speech = <i>These very words are spoken.</i>
price-by-plan = in your plan
price-of-plan = 0 credits (under your plan)
card-price-plan = Price: <b>part of your plan</b> “{ $plan }”
card-price = Price: <b>{ $price }</b> · you have { $available }
card-plan-used-up = Your plan’s limit for this model is used up; it resets { $reset }. { $kind ->
    [video] This video
   *[other] This order
} would be paid with credits.
card-plan-used-up-open = As much as the plan allows is being made. { $kind ->
    [video] This video
   *[other] This order
} would be paid with credits.
card-plan-refuses = ⚠️ Your plan’s limit for this model is used up; it resets { $reset }. With credits { $kind ->
    [video] this video
   *[other] this order
} costs { $price }, you have { $available }.
card-plan-refuses-open = ⚠️ As much as the plan allows is being made. With credits { $kind ->
    [video] this video
   *[other] this order
} costs { $price }, you have { $available }.
card-too-long = ⚠️ The text is longer than this model takes: { $chars } of { $max } characters. Shorten it or choose another model.
card-too-short = ⚠️ The text is shorter than this model takes: { $chars } of at least { $min } characters. Write more or choose another model.
card-choice-gone = ⚠️ This model no longer makes that length, shape or quality. Choose again, or take another model.
card-too-poor = ⚠️ Not enough credits. { $hint }
way-out-cheaper = What you have is enough for { $what } ({ $price }).
way-out-held = { $held } set aside for your orders will be back if an order fails or is canceled.
way-out-shop = You can top up in the shop: /buy
way-out-none = Credits cannot be bought now: the shop is closed.
card-used-up = ⛔ The limit is used up, this order will not pass now. { $help }
card-question = ❓ <i>Is this a question, not a description? Prices: /buy, help: /help, ask a person: /support</i>
# By these beginnings of words it is seen that we are asked: at the beginning of a message, and anywhere in it.
asks-first = how why
asks-us = refund support operator
card-models = Choose a model:
card-model-line = • <b>{ $model }</b>: usually { $minutes ->
    [1] a minute or two
   *[other] { $minutes } min
}, { $takes ->
    [both] from words or a photo
    [photo] from a photo
   *[words] from words
}, up to { $chars } characters{ $limits }
limit-at-most = { $max } { $span } at most
card-time = ⏱ Usually ready within { $minutes ->
    [1] a minute or two
   *[other] { $minutes } min
}
card-aspect-photo = as the photo
button-improve = ✨ Improve the words
button-look = ✨ Describe the photo
button-listen = 🎙 Recognise
button-as-it-was = ↩️ As it was
button-settings = ⚙️ Model and settings
button-use-words = ✨ Use these words
button-create-plan = ✅ Create under the plan
button-create = ✅ Create — { $price }
button-way-up = 🚀 { $plan } — { $price }
button-to-draft = ▶️ Back to my order
button-drop = ✖️ Never mind
button-model = 🎛 Model: { $model }
button-model-choice = { $chosen ->
    [yes] ● { $model } — { $price }
   *[no] { $model } — { $price }
}
quality-standard = standard quality
quality-high = high quality
# Two in a row on a phone: that this is the quality, the card says.
button-quality-standard = standard
button-quality-high = high
button-choice = { $chosen ->
    [yes] ● { $what }
   *[no] { $what }
}
button-back = ‹ Back
button-cancel = Cancel the order
button-again = 🔁 Order again
button-film = 🎬 Make a video of it
button-sample = ▶️ Sample
sample-caption = ▶️ Made by <b>{ $model }</b>
sample-cost = Price: { $price }
sample-gone = The sample of this model cannot be shown now. It can be ordered without. Nothing was charged.
sample-later = The sample was not sent. Press again in a minute. Nothing was charged.
sample-too-often = These are enough samples for today; there are more tomorrow. Nothing was charged.
button-vary = ✏️ Vary
button-rewrite = ✨ Rewrite with this wish
button-kind = { $kind ->
    [image] 🖼 Picture
    [edit] 🖼 Change the photo
    [music] 🎵 Song
    [speech] 🗣 Speech
   *[video] 🎬 Video
}
button-other-model = 🔁 Try another model
button-cabinet = 👤 Cabinet
button-help = ❓ Help
button-parked = 📦 Show what is ready
button-parked-next = Next ›
button-parked-done = Done
draft-dropped = The draft is deleted. Nothing was charged.
picture-not-kept = This picture is no longer at hand. Forward it to me as a photo, and a video of it can be ordered. Nothing was charged.
draft-stale = This card is out of date. Send a photo or text again. Nothing was charged.
already-started = This order was accepted already; it is not charged twice.

## Why it was not accepted

refused-model = This model is not available now. Choose another one. Nothing was charged.
refused-no-models = No model takes orders at the moment. Please try again later with the same description. Nothing was charged.
refused-no-photo-models = No model takes photos at the moment. You can send text only, or try again later. Nothing was charged.
refused-no-text-models = No model works without a photo at the moment. Send a photo with a caption, or try again later. Nothing was charged.
refused-credits = Not enough credits: it costs { $cost }, you have { $available }. Nothing was charged. { $hint }
refused-moderated = This is not made here: { $why }. Nothing was charged. Send another description.
refused-suspended = Your descriptions broke the rules too often. New orders: { $moment }. Nothing was charged, your credits stay. If this is a mistake: /support
refused-suspended-by-hand = We take no new orders of yours for now. New orders: { $moment }. Nothing was charged, your credits stay. Why: /support
card-moderated = 🚫 This is not made here: { $why }. Send another description.
moderation-minors = scenes like that with children are forbidden
moderation-sexual = sexual scenes are forbidden
moderation-violence = cruelty, and calls for it, are forbidden
moderation-person = this person or this name must not be shown
moderation-hate = harassment and hate are forbidden
moderation-self-harm = calls to harm oneself are forbidden
moderation-illicit = help with crimes is forbidden
refused-flagged = This is not made here: { $why }. Nothing was charged. Send { $subject ->
    [photo] another photo
   *[words] another description
}; if this is a mistake: /support
refused-unchecked = The description and the photo cannot be checked right now. Nothing was charged. Press Create again in a minute.
moderation-other = this must not stand in a description
refused-active = You can have at most { $max } { $max ->
    [one] order
   *[other] orders
} at a time. Wait until one is ready, or cancel an order that is still queued. Nothing was charged.
refused-limit = The limit is used up: { $title }, { $left } of { $max } left. It resets { $reset }. Nothing was charged. { $help }
refused-limit-open = The limit is used up: { $title }, { $left } of { $max } free. Nothing was charged. { $help }
refused-limit-short = Not enough is left: { $title }, { $needed } needed, { $left } of { $max } left. It resets { $reset }. Nothing was charged. { $help }
refused-budget = Your limit is used up. Again { $reset }. Nothing was charged.
refused-spend = The bot takes no new orders for now: what all share is used up. Again { $reset }. Nothing was charged.
refused-spend-short = What all share is not enough for this order any more. Try a shorter one or another model. It resets { $reset }. Nothing was charged.
refused-spend-other = What all share for such orders is used up. Try another model. It resets { $reset }. Nothing was charged.
limit-shared = { $feature }: what all share is used up. Again { $reset }.
limit-help-tier = The tier { $tier } has more.
limit-help-plan = There is more with “{ $plan }”: /buy
limit-help-open = Wait for an order to be ready.
limit-help-model = You can choose another model.
limit-help-wait = Your draft is kept.
overtaken = Several orders of yours are being placed at once. This one was not taken, and nothing was charged. Press again.
denied-tier_too_low = { $feature } is not in your tier.
denied-not_in_tier = { $feature } is not in your tier.
denied-expired = { $feature }: your access has ended.
denied-inactive = { $feature } is switched off now.
denied-targeting = { $feature } is not available to you now.
not-charged = Nothing was charged.
denied-granted = { $feature }: available.
denied-overridden_off = { $feature } is switched off for you.
denied-dependency_off = { $feature }: something that it needs is not yours.
denied-model_off = { $feature }: this model is not on offer now.
denied-misconfigured = Such orders are not available now ({ $feature }): we are mending it.
denied-other = { $feature } is not available to you.
denied-tier = The tier { $tier } opens it.
denied-needs-tier = This takes the tier { $tier } or a higher one.
refused-too-long = The text is too long for this model: { $chars } of { $max } characters. Nothing was charged.
refused-too-short = This model needs at least { $min } characters, and the text has { $chars }. Nothing was charged.

## Progress

queued = ⏳ <b>Accepted: your { $kind ->
    [image] picture
    [music] song
    [speech] recording
   *[video] video
} is in the queue</b>

    { $what }

    Set aside: { $price }. It is spent only when the { $kind ->
    [image] picture
    [music] song
    [speech] recording
   *[video] video
} arrives.
queued-wait = Usually ready in { $minutes ->
    [1] a minute or two
   *[other] { $minutes } min
}. This message becomes the { $kind ->
    [image] picture
    [music] song
    [speech] recording
   *[video] video
} by itself; you may close the bot.
queued-quiet = 🤫 Nothing changes here before the result: so you have chosen in /notifications
delayed = ⏳ <b>The service is busy, your order waits</b>

    { $what }

    We try again by ourselves, there is nothing for you to do.{ $known ->
        [yes] {" "}If nobody takes it until { $give-up }, the order is dropped and nothing is charged.
       *[no] {" "}If nobody takes it, the order is dropped and nothing is charged.
    } Set aside: { $price }.
delayed-wait = Once it is taken, the { $kind ->
    [image] picture
    [music] song
    [speech] recording
   *[video] video
} is usually ready in { $minutes ->
    [1] a minute or two
   *[other] { $minutes } min
}.
delayed-ahead = { $ahead ->
    [0] Your order is the first of those that wait.
   *[other] Waiting before you: { $ahead }{ $more ->
        [yes] {" "}or more
       *[no] {""}
    }.
}
rendering = 🎨 <b>Your { $kind ->
    [image] picture
    [music] song
    [speech] recording
   *[video] video
} is being made</b>

    { $what }

    Set aside: { $price }. It is spent only when the { $kind ->
    [image] picture
    [music] song
    [speech] recording
   *[video] video
} arrives.

    { $wait }
retrying = 🔄 <b>An attempt failed, trying again</b>

    { $what }

    Nothing more is charged for it.
delivered = ✅ { $what }

    Spent: { $price }.
delivered-as-file = This picture is too large for a photo, so it came as a file.
delivered-link = ✅ <b>Your { $kind ->
    [image] picture
    [music] song
    [speech] recording
   *[video] video
} is ready</b>, but too large for Telegram ({ $megabytes } MB).

    <a href="{ $url }">Download it</a>; the link works for about a day.

    Spent: { $price }.
parked-caption = 📦 { $what }

    This { $kind ->
    [image] picture
    [music] song
    [speech] recording
   *[video] video
} waited while the bot was blocked. Spent: { $price }.
nothing-parked = You have everything that is finished already.
canceled = ✖️ <b>The order is canceled</b>

    { $what }

    Given back: { $price }. You have { $available }.
cancel-too-late = The order is being made and cannot be canceled any more. If it fails, nothing is charged: what was set aside comes back by itself.
toast-queued = In the queue
toast-running = Being made
toast-delivered = Your order has arrived
toast-failed = It failed; nothing was charged

## My orders

orders = 📋 <b>My orders</b>

    { $lines }

    Press a number: what became of the order and of its credits, to send it again, or to cancel.
orders-no-older = There are no older orders.
orders-empty = 📋 No orders yet. Send a photo, or describe a video in words.
orders-line = <b>{ $n }.</b> { $icon } { $title } · { $moment }
orders-words = <i>{ $words }</i>
order-kind = { $kind ->
    [prompt] ✨ Better words
    [look] ✨ Words for a photo
   *[transcript] 🎙 Voice recognition
}
order-gone = This order is no longer listed. Open the list again: /orders
again-gone = You have no such order, or nothing is left of it. Your orders: /orders. For a new video, send a photo or describe it in words.
order-receipt = 🧾 <b>Order</b> <code>{ $number }</code>

    { $what }

    { $steps }

    { $money }
order-step = <code>{ $time }</code> { $step }
order-day = { $date } ({ $zone }):
order-steps-left-out = … and { $count } more steps
order-times = { $step }, { $count } times{ $later ->
    [yes] , last at { $last }
   *[no] {""}
}
step-accepted = accepted, set aside: { $price }
step-sent = sent to the service
step-running = the service is at it
step-busy = not taken yet, trying again
step-refused = the service refused
step-silent = the service did not answer, finding out
step-unheard = it never answered
step-ready = done, being sent to you
step-words = the answer is there
step-render-failed = the service failed
step-delivered = came into this chat
step-undelivered = it could not be delivered
step-stored = the bot was blocked, kept for you
step-parked = waiting for you
step-canceled = you canceled it
step-timed-out = its time was up
order-spent = 💳 Spent: { $price }
order-words-failed = There was no answer to use; you could go on without it.
order-back = 💰 Given back: { $price }
order-set-aside = ⏳ Set aside: { $price }. It is spent only when all is done; if it fails, it comes back by itself.
button-orders = 📋 Orders
button-orders-all = ‹ All orders
button-orders-newest = ‹ Newest
button-orders-older = Older ›
button-show-again = 📤 Send it here again

## Why it failed

failed = ❌ <b>The { $kind ->
    [image] picture
    [music] song
    [speech] recording
   *[video] video
} did not work out</b>

    { $why }

    💰 Given back: { $price }.
failed-moderation = The service refused: the text or photo breaks its rules. Change the description or take another photo.
failed-bad-input = The model could not use this text or photo. Change the description, or try another photo or model.
failed-provider = The service has problems. Try another model, or try again later.
failed-no-file = The service said that it was ready and gave no { $kind ->
    [image] picture
    [music] song
    [speech] recording
   *[video] video
}. Try again, or choose another model.
failed-file-gone = The { $kind ->
    [image] picture
    [music] song
    [speech] recording
   *[video] video
} was gone before we could fetch it. Please try again.
failed-unreachable = The { $kind ->
    [image] picture
    [music] song
    [speech] recording
   *[video] video
} was ready and could not be delivered: the bot was blocked.
failed-photo-gone = The photo can no longer be opened. Please send it again.
failed-timed-out = The service did not answer in time. Try again, or choose another model.

## The words for a photo without words

photo-prompt = Bring this photo to life: natural smooth motion, a gentle camera move.

## Words: made better, of a photo, of a voice message

# Beginnings of words that show that it was said already.
said-motion = motion move moving slow fast
said-camera = camera zoom shot close-up
said-light = light lit sunset sunrise shadow
simple-motion = smooth natural motion
simple-camera = slow push-in
simple-light = soft warm light
words-improving = ✨ Improving the words… It usually takes a few seconds.
words-looking = ✨ Looking at the photo… It usually takes a few seconds.
words-listening = 🎙 Listening… It usually takes a few seconds.
words-already = This is ordered already, and will appear in this message. Nothing is charged twice.
words-came = This is over already: see this message or below. Nothing is charged twice.
words-better = ✨ <b>Better words</b>
words-seen = ✨ <b>What could become of this photo</b>
words-varied = ✨ <b>Rewritten with your wish</b>
words-heard-wish = 🎙 <b>Your wish was heard; here are the words with it</b>
vary-ask = ✏️ <b>Vary</b>
    What should be different? { $by ->
        [voice] Write or say
       *[text] Write
    } it in one message, such as “at night, in the rain” or “make the dog red”. Model, length, shape, quality and photo stay as they were; nothing is charged yet.
    It was:
vary-still = What should be different is still to be said: send another voice message, or write it.
vary-gone = The words of this order are gone, so there is nothing to vary. Send new ones: a text, a voice message or a photo. Nothing was charged.
words-heard = 🎙 <b>What I have heard</b>
words-spent = Charged: { $price }.
words-back = Given back: { $price }.
words-simple = ✨ The words cannot be improved now: the service is not available. Here is a simple version to go on with.
words-refused = ✨ The service refused: the words or the photo break its rules. The model would probably refuse too: change the words or take another photo.
words-unheard = 🎙 There are no words to be heard in this message. Record it again, closer to the microphone, or write a text.
words-not-heard = 🎙 It could not be recognised now. Send the voice message again in a minute, or write a text.
words-not-offered = That is not available now. Nothing was charged, and your draft is still there to go on with.
voice-card = 🎙 <b>Voice message, { $length }</b>
    Recognise it and make it the description of a video?
voice-not-offered = I cannot recognise voice messages at the moment. Describe the video in a text, or send a photo. Nothing was charged.
voice-too-long = This voice message is too long: I listen for up to { $minutes } { $minutes ->
    [one] minute
   *[other] minutes
}. A few sentences describe a video: record a shorter one or write a text. Nothing was charged.
only-voice = Of sounds I understand only voice messages. Record one, write a text, or send a photo. Nothing was charged.

## The shop and payments

shop = 🛍 <b>Shop</b>
    On your account: { $available }

    { $wares }

    Choose what suits you. The price stays as long as the order is open.
shop-line = <b>{ $title }</b> — { $goods }: { $prices }
shop-empty = 🛍 Nothing is on sale at the moment. What is on your account stays yours.
shop-not-sold = This is not sold any more. Nothing was charged. Open the shop again: /buy
ware = <b>{ $title }</b>
    { $brings }
goods-days = a plan for { $days }
brings-credits = • { $credits } on your account, for as long as you like
brings-days = • The plan for { $count } { $count ->
    [one] day
   *[other] days
}
brings-model = • { $model }: costs no credits
brings-model-daily = • { $model }: up to { $count } a day that cost no credits
brings-tier = • The tier { $tier }
pay-stars = With Stars { $price }
pay-stars-monthly = With Stars { $price } every month
pay-yookassa = Russian card or SBP { $price }
pay-stripe = Card { $price }
purchase = 🧾 <b>{ $title }</b> — { $goods }
    To pay: <b>{ $price }</b>

    You can pay until { $moment }. Once you have paid, everything arrives here by itself, usually within a minute.
purchase-renews = 🔁 This is charged every month, until you switch the renewal off in /history
purchase-not-opened = 😔 The payment service does not answer. Nothing was charged. Try again in a minute, or choose another way to pay.
purchase-refused = 😔 The payment service does not take this order. No money was taken. If you have changed where receipts go, check it: /receipt. Or choose another way to pay. If nothing helps: /paysupport
purchase-over = ⌛ This order is closed: its time is up, or the payment was declined. No money came for it. If it was taken all the same, it is not lost: write to us, /paysupport. To try again: /buy
purchase-paid-already = ✅ This order is paid already. How the payment stands is in your purchases: /history
purchase-held = 🔎 A payment for this order has come and does not match it. A person looks at it; the money is not lost, and you need not pay again. Questions: /paysupport
purchase-underway = Your payment is on its way: your bank is at it, which can take some days. Do not pay again; once the money is here, all of it is added by itself.
purchase-nothing-yet = No money has come yet. If you have paid, wait a few minutes: we keep looking. Nothing will be lost.
purchase-nothing-stars = This payment is not among the Stars that the bot has received yet. If your Stars were taken, wait a minute: it arrives by itself. If it does not: /paysupport
purchase-gone = ⌛ The order “{ $title }” for { $price } is closed: no payment came. If you did pay, your money is not lost: write to us, /paysupport
rail-silent = The payment service does not answer, so we could not look. Your money is not lost: we look again by ourselves and write to you.
paid-credited = ✅ Payment received: <b>{ $title }</b>, { $price }.
    Added: { $goods }.
    On your account: { $available }.

    Payment number: <code>{ $number }</code>
paid-plan-until = The plan lasts until { $until }.
paid-plan-exchanged = What was left of the other plan went into the new one: it lasts until { $until }.
paid-debt = Of that, { $repaid } went into what you owed.
paid-held = 🔎 A payment of { $price } has come and does not match the order “{ $title }”. A person looks at it; the money is not lost. Number: <code>{ $number }</code>. Questions: /paysupport
paid-held-plan = 🔎 A payment of { $price } for “{ $title }” has come, and this plan cannot begin now. A person decides whether the money goes back or the plan begins later; it is not lost. Number: <code>{ $number }</code>. Questions: /paysupport
paid-nobodys = 🔎 A payment has come and there is no order for it. A person looks at it; the money is not lost. Questions: /paysupport
paid-part-refunded = ↩️ A part of the money for “{ $title }” went back: { $price }.
    Taken off: { $goods }.
    On your account: { $available }.

    Payment number: <code>{ $number }</code>
paid-refunded = ↩️ The money for “{ $title }” ({ $price }) went back where it came from.
    Taken off: { $goods }.
    On your account: { $available }.

    Payment number: <code>{ $number }</code>
paid-charged-back = ⚠️ A bank has taken back the payment of { $price } for “{ $title }”.
    Taken off: { $goods }.
    On your account: { $available }.

    If this is a mistake, write to us: /paysupport. Payment number: <code>{ $number }</code>
paid-restored = ✅ The bank has confirmed the payment of { $price } for “{ $title }”.
    Added again: { $goods }.
    On your account: { $available }.
paid-refund-begun = ↩️ We are giving back { $price } for “{ $title }”.
    Set aside until it is done: { $goods }.
    Money can take up to 10 days to reach a card.

    Payment number: <code>{ $number }</code>
paid-refund-refused = The { $price } for “{ $title }” could not be given back.
    Added again: { $goods }.
    On your account: { $available }.

    Questions: /paysupport
checkout-other = This invoice was made for somebody else. Open the bot and press /buy
checkout-over = This invoice is no longer valid. No Stars were taken. Open the shop again: /buy
checkout-paid = This order is paid already. No Stars were taken.
checkout-price = The price has changed. No Stars were taken. Open the shop again: /buy
checkout-not-sold = Paying with Stars is switched off at the moment. No Stars were taken.
checkout-later = The order could not be checked. No Stars were taken. Try again in a minute.
history = 🧾 <b>Purchases</b>

    { $lines }

    Questions about payments: /paysupport
history-empty = 🧾 No purchases yet. The shop: /buy
history-line = • { $moment } — { $title } ({ $goods }), { $price }: { $state }{ $number }
history-renewal = • 🔁 { $title }, { $price }: { $state }
history-open = waits to be paid
history-credited = received
history-part-refunded = added, of which { $back } went back
history-held = being looked at
history-refund-held = on its way back
history-refunded = given back
history-charged-back = taken back by a bank
terms = 📄 <b>Terms</b>

    1. The bot makes videos, pictures and sound of your words and photos. Credits are charged only for what was delivered; if it fails, they come back at once, all of them.
    2. Credits do not expire. A plan lasts for the days that were paid; its daily limits are shown in /cabinet.
    3. The price is fixed when you choose how to pay, and holds until the time named in the order.
    4. { $refund } The money goes back where it came from.
    5. Send only what you have the rights to.
terms-refund = A person decides about money back: write to us, /paysupport, with the payment number from /history.
terms-refund-unused = A pack of credits that you have not begun to use goes back by your own button in /history, within { $within } of the payment. About all else a person decides: write to us, /paysupport, with the payment number.
terms-more = The full terms: { $url }
pay-support = 💬 <b>Questions about payments</b>

    You have paid and nothing came? Open /history and press “Check the payment”: we look at once. It also shows how each payment stands.

    Telegram cannot help with payments to bots. We do.
pay-support-contact = Write to us: { $contact }
pay-support-number = Your number: <code>{ $user }</code>. Send it together with the payment number.
command-buy = Buy credits or a plan
command-history = My purchases
command-paysupport = Questions about payments
command-terms = Terms
command-support = Write to support
button-support = ✍️ Write to support
button-appeal = 🙋 This is a mistake
support-ask = ✍️ Write your question in one message: a person reads it and answers here. To go back, send any command, such as /start
support-only-text = Support reads text only. Say it in words, or send /start to go back.
support-sent = ✅ Your question was passed on. The answer comes here.
support-too-often = You have asked many questions today. They were passed on, and the answer comes here. New ones tomorrow.
support-unsent = Your question was not sent. Send it again in a minute: the next message goes to support again.
support-answer = 💬 <b>Support answers</b>

    { $words }

    Another question? /support
appeal-sent = A person will look at it, and answers here if it is a mistake. Nothing was charged.
appeal-already = You have asked for that today: a person will see it. Other questions: /support
appeal-needless = This description can be ordered: press Create.
appeal-unsent = It was not sent. Try again in a minute. Nothing was charged.
operator-question = 💬 Question #u{ $user }

    { $words }

    <i>Reply to this message: the customer gets the reply.</i>
operator-appeal = 🙋 Says that a refusal is a mistake #u{ $user }

    Category: { $category }
    { $words }

    <i>Reply to this message: the customer gets the reply.</i>
operator-answered = ✅ The reply was passed on: { $user }
operator-blocked = ⚠️ Not passed on: { $user } has blocked the bot or deleted the chat.
operator-unsent = ⚠️ Whether { $user } got the reply is not known. Try again in a minute.
operator-no-customer = ⚠️ Not passed on: { $user } has no account.
operator-only-text = ⚠️ Not passed on: reply with text.
button-shop = 🛍 Shop
button-newer = ← Newer
button-older = Older →
button-history = 🧾 Purchases
button-pay = Pay { $price }
button-paid = Check the payment
button-try-again = Try again
plan-until = The plan will last until { $moment }.
plan-exchanged = You have “{ $plan }” now. What is left of it is not lost: it adds { $bonus } to the new one. The new plan will last until { $moment }.
plan-endless = You have the plan “{ $plan }” for ever: there is no need to buy this one.
plan-running = You have the plan “{ $plan }” until { $moment }. What is left of it cannot be exchanged, so you can buy this one when that is over: nothing is lost so.
debt = ⚠️ You owe { $debt }. The next purchase, and credits of orders that come back, pay that first; the rest is yours.
refused-debt = A bank has taken back the payment for credits that are used already; you owe { $debt }. Nothing was charged for this order. Top up: /buy pays that first, and the rest is yours. Questions: /paysupport
plan-soon = ⏳ The plan “{ $title }” ends tomorrow. To go on: /buy
plan-over = The plan “{ $title }” is over. The credits on your account stay yours. To go on: /buy
renewal-canceled = The plan “{ $title }” will not be renewed. The time that you have paid stays yours. If you change your mind: the button in /history
renewal-active = The plan “{ $title }” is renewed every month again.
renewal-twice = ⚠️ The plan “{ $title }” is renewed every month again, and so is another one of yours: Telegram will take money for both. Switch off the one that you do not need in /history; the time that you have paid stays yours.
renewal-failed = ⚠️ The plan “{ $title }” could not be renewed: there were too few Stars. Top up your Stars in Telegram and it tries again. Or switch the renewal off in /history and buy what you like: /buy
renewal-refused = This could not be changed. Try it in Telegram: Settings → My Stars → Subscriptions.
history-renews = renewed every month
history-renews-no-more = not renewed any more
history-renewal-failed = could not be renewed
button-renew = Renew “{ $title }” again
button-renew-not = Do not renew “{ $title }”
renewal-allowed = Now switch it on yourself: Telegram → Settings → My Stars → Subscriptions. Nothing is taken without you.
receipt-where = 🧾 The law wants us to send a receipt. Send your e-mail or telephone number for receipts in one message: we ask only once.
receipt-elsewhere = 🧾 Receipts go to { $contact }. To change that, send a new e-mail or telephone number in one message.
receipt-noted = Done: receipts will go there. To change it: /receipt
receipt-none = No receipts are needed here: we neither ask for a contact nor keep one.
refund-sure = Give back { $price } for “{ $title }”? { $goods } leave your account, and the money goes back where it came from.
refund-not = This cannot be given back at once: its time is up, it was used already, or it is a plan. Write to us: /paysupport
refund-looked-at = So much is given back by a person and not by the bot. Write to us: /paysupport. Your money and credits are where they were.
button-refund = Give back { $price } for “{ $title }”
button-refund-sure = Yes, give my money back
purchase-too-many = You have many orders that are not paid. Pay one of them (/history) or wait: they close by themselves. Nothing was charged.
paid-returned = ↩️ The payment of { $price } (“{ $title }”) went back where it came from. Nothing had been added for it. Number: <code>{ $number }</code>
purchase-other-rail = Another way to pay was chosen on this card before. Open the item again: /buy. Nothing was charged.
checkout-plan = This plan cannot begin now: you have another one, or owe credits. No Stars were taken. See /buy
plan-debt = Pay what you owe first: { $debt }. Until then no video can be ordered, and the days of a plan would go by for nothing. Any pack of credits does it: /buy
plan-renews = The plan “{ $plan }” renews by itself: Telegram will take money for it again. Switch its renewal off in /history first: the time that you have paid stays yours.
receipt-unreadable = This does not look like an e-mail address or a telephone number. Send for example anna@example.org or +44 20 7946 0958. Nothing was charged.

## Gifts: promo codes, invitations, the bonus of a day

command-invite = Invite a friend
command-promo = Use a promo code
promo-ask = 🎁 Send the promo code together with the command, for example: <code>/promo WELCOME</code>
promo-given = 🎁 Promo code { $code } accepted: { $credits }. Your balance is now { $available }.
promo-before = You have used this promo code already: all that it brings was yours. You have { $available }.
promo-days-given = 🎁 Promo code { $code } accepted: { $days } of the plan “{ $plan }”. It lasts until { $moment }.{ $more }
promo-days-and-credits = {" "}And { $credits }: you now have { $available }.
promo-plan-runs = This promo code brings days of a plan, and you already have another one, “{ $plan }”, until { $moment }. So that nothing of it is lost, the code is not used: send it when that plan is over, if it still holds by then.
promo-plan-endless = This promo code brings days of a plan, and yours, “{ $plan }”, is for ever anyway. The code is not used, and nothing has changed on your account.
promo-debt = Pay what you owe first: { $debt }. Until then no video can be ordered, and the days of a plan would go by for nothing. The code is not used. To top up: /buy
promo-busy = Your plan is just being changed. The code is not used: send it again in a minute.
promo-unknown = There is no such promo code. Your balance has not changed. Check the letters and digits and send it again: <code>/promo CODE</code>
promo-too-often = There were too many wrong promo codes today. Your balance has not changed. Try again tomorrow, or write to us: /support
promo-over = This promo code is not valid any more. Your balance has not changed. Have another one? <code>/promo CODE</code>
promo-not-yet = This promo code is not valid yet. It starts { $moment }: send it again then.
promo-used-up = This promo code is used up: others have used it as often as it could be. Your balance has not changed.
promo-not-new = This promo code is for those who have not ordered anything here yet. Your balance has not changed.
invite = 🤝 <b>Invite a friend</b>

    Your link:
    { $link }

    When somebody who comes here by it for the first time { $deed ->
        [purchase] buys something and keeps it
       *[order] gets a first order for credits
    }, you get { $credits }.{ $friend }

    Invitations rewarded: { $rewarded }. Still possible this month: { $month }, in all: { $all }.
invite-friend-gets = {" "}They get { $credits }.
invite-off = Invitations bring no credits at the moment. You can still invite a friend: forward them the link to this chat.
invite-given = 🤝 Thank you for bringing a friend! You were given { $credits }. Balance: /cabinet, invite another: /invite
invited-given = 🎁 You were given { $credits }: you came here by invitation. Balance: /cabinet
start-invited = 🤝 You came by invitation: when { $deed ->
        [purchase] you buy something
       *[order] your first order arrives
    }, we add { $credits }.
bonus-given = 🎁 Bonus of the day: { $credits }. Your balance is now { $available }. The next one: { $moment }.
bonus-before = You have the bonus of the day already. Your balance is { $available }. The next one: { $moment }.
bonus-off = There is no daily bonus at the moment. Balance: /cabinet, buy credits: /buy

## Deleting data

erase-ask = 🗑 <b>Delete my data</b>

    Deleted for ever: your descriptions and voice messages, photos, finished videos and pictures (here in the chat they stay until you delete the chat itself), the draft and your settings, the address for receipts, language and time zone.

    What stays, because accounting needs it: your Telegram number, sums and dates of purchases, gifts and orders, and which promo codes you have used. What you wrote to support stays in its chat: ask for it to be deleted by /support.

    You can begin again at any time: /start. The newcomer's gift and used promo codes are not given a second time.
erase-credits-lost = ⚠️ Your balance is { $credits }: it is lost, and cannot be given back.
erase-plan-lost = ⚠️ The plan “{ $plan }” ends at once, and its remaining days are lost.
button-erase = 🗑 Delete for ever
button-erase-not = Leave everything as it is
erase-begun = ✅ Your account and settings are deleted. Descriptions, photos and files of your orders are being deleted now, which takes a few minutes. You can come back at any time: /start
erase-open-order = Your data cannot be deleted now: an order of yours is in progress, and credits are set aside for it. Wait for it or cancel it, then repeat: /delete_my_data
erase-renews = Your data cannot be deleted now: the plan “{ $plan }” renews by itself and would charge you again. Switch the renewal off in /history, then repeat: /delete_my_data
erase-money-moves = Your data cannot be deleted now: a payment or a refund is on its way, and its money has to arrive. How it stands: /history. Then repeat: /delete_my_data
erase-overtaken = Your account has changed in the meantime. Nothing was deleted. Open it again: /delete_my_data
start-afresh = 👋 A new beginning: what was known of you is deleted. Your balance is { $credits }; the newcomer's gift is given once.

    Send a photo, or describe the video in words. Add credits: /buy

## The operator's report: comes every morning

report-day = 📊 <b>Report of { $day }</b>
report-week = 📊 <b>Report of the week { $first } – { $last }</b>
report-again = (A repetition: Telegram did not say whether the last one arrived.)
report-unknown = unknown
report-money = <b>Money</b> (each sum on the day on which it came or went)
report-till = { $rail }: { $sum }, payments { $count }
report-till-accepted = { $rail }, of that had waited and was accepted: { $sum }, payments { $count }
report-till-refunded = { $rail }, given back to customers: { $sum }, refunds { $count }
report-till-charged-back = { $rail }, taken back by banks: { $sum }, chargebacks { $count }
report-till-again = { $rail }, ours again (a dispute was won, or a refund failed): { $sum }, payments { $count }
report-till-earlier = , of that for earlier payments { $sum }
report-no-money = There were no payments.
report-revenue = Revenue (what came less what went back): { $sum }
report-revenue-unknown = Revenue in roubles is unknown: there is no rate (costs: rub_per_usd, rub_per_star).
report-cost = Cost: { $cost }
report-costs = { $rub } ({ $usd })
report-costs-part = at least { $rub } ({ $usd }), unknown of { $count }
report-left = Revenue less cost: { $sum }
report-going-back = Of the payments of this time are going back now: { $count }
report-held = Of the payments of this time wait for your decision (in no sum): { $count }
report-test = Test payments (in no sum): { $count }
report-operations = <b>Operations</b>
report-counts = In all { $all }: done { $done } ({ $share }, canceled ones aside), failed { $failed }, canceled by customers { $canceled }, under way { $open }
report-time = Time to a video: half within { $median }, 95 of 100 within { $slow }
report-no-videos = Time to a video: unknown, none was done
report-kinds = By kind: { $kinds }
report-reasons = Why they failed: { $reasons }
report-kind-text = better prompts
report-kind-text_with_image = photos described
report-kind-image_gen = pictures
report-kind-image_edit = photos changed
report-kind-video_gen = videos
report-kind-audio_gen = songs
report-kind-transcription = voice messages heard
report-kind-tts = speech
report-why-moderation = the service refused by its rules
report-why-bad-input = the model could not use the words or the photo
report-why-provider = trouble at the service
report-why-no-file = done, but without a file
report-why-file-gone = the file was gone at the service
report-why-unreachable = nobody there to deliver to
report-why-photo-gone = the photo could not be fetched
report-why-timed-out = the service did not answer in time
report-models = <b>Models by cost</b> (a margin is of what credits paid for)
report-model = { $model }: operations { $count }, cost { $cost }, margin { $margin }
report-model-plans = { $model }: operations { $count }, cost { $cost }, all paid by plans
report-model-both = { $model }: operations { $count }, cost { $cost }; by credits { $credits }, margin { $margin }; by plans { $plans }, cost { $plans-cost }
report-plans = <b>Paid by</b>
report-credit = A credit brings { $price }: within { $days } days { $paid } was paid for credits, { $given } were given, { $free } of them for nothing
report-by-credits = Credits: operations { $count }, charged { $credits }, cost { $cost }, margin { $margin }
report-plans-bring = Plans bring their price bit by bit, for each of their days; "sold" is what was paid in this time.
report-by-plan = { $plan }: operations { $count }, cost { $cost }, brings { $brought }, result { $margin }, sold for { $sold }
report-by-plan-with-credits = { $plan }: sold for { $sold }, which is in what a credit brings
report-losses = <b>Unlimited plans that cost more than they bring</b>: { $count }
report-loss = { $user }, { $plan }: costs { $cost }, brings { $brought }, loss { $loss }
report-unjudged = Cannot be compared (no rate or price, or payments that cannot be read): { $count }
report-refusals = <b>Refused by limits</b> (somebody wants more)
report-refusal = { $limit }: { $count }
report-continued = { $title } (continued)
report-orphans = Renders that came after they had been given up: { $count }
report-unread-payments = ⚠️ Rows about money that cannot be read and are in no sum: { $count }
report-not-over = this time is not over yet
report-unreadable = ⚠️ Lines of the log that cannot be read and are not in this: { $count }
report-more = …and { $count } more
report-chart-hours = Operations by hour
report-chart-days = Operations by day
report-chart-done = done
report-chart-failed = failed
report-chart-canceled = canceled
report-chart-open = under way
report-chart-models = Cost by model (and number of operations)
report-chart-money = Money
report-chart-revenue = Revenue
report-chart-cost = Cost
report-chart-nothing = There were no operations.

## The operator's chat

alert = 🚨 <b>{ $function }: { $event }</b>
    { $words }
    Times: { $count }, from { $since } to { $until } UTC
alert-alarm = 🔔 <b>Alarm { $alarm }</b>
    { $words }
    Changes: { $count }, from { $since } to { $until } UTC. What to do: infra/README.md#alarms, row { $alarm }
alert-alarm-over = ✅ <b>Alarm { $alarm } is over</b>
    { $words }
    Changes: { $count }, from { $since } to { $until } UTC. What it was: infra/README.md#alarms, row { $alarm }
alert-with = With: { $with }
alert-job = The last order: <code>{ $job }</code>
alert-rest = 🚨 And more kinds of errors: { $count }. There are too many for a message each: see the logs.

## The Mini App and the elements of the browser client. A page puts the values in, so no text chooses by a number.

web-title = Cabinet
web-noscript = This page needs JavaScript. Open it from the bot in Telegram.
web-loading = Loading…
web-refresh = Refresh
web-try-again = Try again
web-close = Close
web-balance = Credits
web-held = Set aside for orders under way: { $held }
web-debt = Owed after a refund by the bank: { $debt }. What you buy next pays it first.
web-active = Orders under way: { $active } of { $max }
web-plan = Plan
web-no-plan = No plan: orders are paid with credits
web-tier = Tier
web-until = until { $moment }
web-awaited = renewal awaited until { $moment }
web-limits = Limits
web-no-limits = No limits hold for you.
web-left = { $left } left of { $limit }
web-resets = renews in { $time }
web-when-done = frees up when an order is done
web-days = { $days } d { $hours } h
web-hours = { $hours } h { $minutes } min
web-minutes = { $minutes } min
web-soon = less than a minute
web-features = Features
web-open = open
web-locked = locked
web-used-up = used up for now
web-opens-tier = Opens with the tier { $tier }
web-opens-addon = Opens with the add-on { $addon }
web-opens-nothing = Not on offer now
web-upgrade = What opens it
web-upgrade-title = { $feature } is locked
web-banner = More can be opened: { $features }
web-model = Model
web-no-models = No model is open to you
web-price-from = { $name } (credits: from { $credits })
web-no-tier = no tier
web-orders = Latest orders
web-no-orders = Nothing has been ordered yet. Send the bot a photo or a few words.
web-older = Older orders
web-credits = credits: { $credits }
web-by-plan = paid by the plan
web-credits-back = nothing charged
web-status-pending = under way
web-status-completed = ready
web-status-failed = failed
web-status-canceled = canceled
web-in-chat = Whatever was made can be opened in the gallery. It is in the chat as well: /orders.
web-status-queued = in the queue
web-cancel-order = Cancel
web-cancel-title = Cancel this order?
web-cancel-back = All that is set aside for it is back at once. Credits: { $credits }.
web-cancel-free = Nothing of yours is set aside for this order; its place in your limits becomes free.
web-cancel-yes = Cancel the order
web-cancel-keep = Keep it
web-canceling = Canceling…
web-canceled = The order is canceled. Credits that are back: { $credits }. You have { $available }.
web-canceled-free = The order is canceled, and nothing was charged.
web-cancel-unsure = There is no answer, so it is not known whether the order is canceled. Press once more: nothing is canceled twice, and your credits are safe.
web-to-chat = Back to the chat
web-outside-title = The cabinet of a Telegram bot
web-outside = Here the bot's customers see their credits, limits and orders. It opens inside Telegram: go to the bot and press the button beside the text field.
web-outside-bot = Go to the bot
web-newcomer = The bot does not know you yet. Go to its chat and press Start.
web-failed-network = No connection. Your credits and orders are safe; check the network and try again.
web-failed-unauthorized = The sign-in has run out. Close this page and open it again from the bot.
web-failed-busy = Too many requests at once. Try again in { $seconds } s.
web-failed-server = Something broke on our side. Your credits and orders are safe; try again in a minute.
web-failed-refused = The request was refused. Close this page and open it again from the bot.
web-as-of = Shown as of { $moment }.
web-live = up to date
web-not-live = no connection, as of { $moment }

## The Mini App's gallery and shop

web-nav = Sections
web-tab-cabinet = Cabinet
web-tab-gallery = Gallery
web-tab-shop = Shop
web-no-gallery = Everything you make will be here. Send the bot a photo or a few words.
web-more = Show more
web-makes-video = Video
web-makes-image = Picture
web-makes-music = Song
web-makes-speech = Speech
web-play = Open: { $what }
web-seconds = { $seconds } s
web-waits = waits for you in the chat
web-fetching = Loading: { $percent }%
web-send-again = Send to the chat
web-again = Order again
web-sent-again = Done: it is in the chat again, with the button to make another.
web-cannot-play = This program cannot show it. Shall we send it to the chat?
web-file-too-big = The file is larger than 20 MB, which Telegram does not give to bots. It can be sent to the chat for nothing.
web-file-gone = Telegram does not give this file now. Try to send it to the chat.
web-file-enough = That is all for today: too much was loaded. Tomorrow again; in the chat everything is there now.
web-send-unreachable = The bot cannot write to you. Open its chat, press Start and try again.
web-shop-none = Nothing is on sale at the moment. What is on your account stays yours.
web-plans = Plans
web-packs = Packs of credits
web-your-plan = You have: { $plan }
web-opens = Opens: { $features }
web-choose = Buy: { $title }
web-buy = Buy
web-from-price = from { $price }
web-see-plan = Opens with the plan “{ $plan }”
web-pay-by-stars = Telegram Stars · { $price }
web-pay-by-yookassa = Russian card or SBP · { $price }
web-pay-by-stripe = Card · { $price }
web-monthly = Charged every month until you switch the renewal off: /history in the chat.
web-agree = By paying you agree to the terms.
web-terms = Terms
web-terms-whole = The full terms
web-receipt-to = The receipt goes to { $contact }. To change that: /receipt in the chat.
web-receipt-where = The law wants us to send a receipt. Where to? An e-mail or a telephone number: we ask only once.
web-receipt-label = E-mail or telephone for the receipt
web-opening = Opening the payment…
web-pay-now = Pay { $price }
web-i-have-paid = I have paid
web-pay-other = Choose something else
web-bought-waiting = To pay: { $title }, { $price }, until { $moment }. No money has come yet. Once you have paid, everything arrives by itself, usually within a minute.
web-bought-underway = Your payment is on its way: your bank is at it, which can take some days. Do not pay again; once the money is here, all of it is added by itself.
web-bought-paid = Paid: { $title }. Added: { $goods }. The bot has sent the details to the chat.
web-bought-held = A payment has come and does not match the order. A person looks at it; the money is not lost, and you need not pay again. Questions: /paysupport in the chat.
web-bought-over = This order is closed: its time is up, or the payment was declined. No money came for it. If it was taken all the same, it is not lost: /paysupport in the chat.
web-nothing-yet = No money has come yet. If you have paid, wait a few minutes: we keep looking. Nothing will be lost.
web-rail-silent = The payment service does not answer. Nothing was charged, and trying again makes no second purchase.
web-look-silent = The payment service does not answer, so we could not look. Your money is not lost: we look again by ourselves and write to the chat.
web-not-sold = This is not sold any more. Nothing was charged. Load the list again.
web-too-many-open = You have many orders that are not paid. Pay one of them (/history in the chat) or wait: they close by themselves. Nothing was charged.
web-rail-refuses = The payment service does not take this order. Nothing was charged. Choose another way to pay; if that does not help: /paysupport in the chat.

# The operator's chat: what cannot wait.
urgent-help =
    <b>Urgent</b>
    /status: what is open, what is stuck, today's counts
    /find NUMBER: a customer, an order or a payment
    /why CUSTOMER: why they are refused
    /flag NAME on|off reason; a provider is paused by /flag provider-kie off reason
    /pause MODEL reason, /resume MODEL reason: off sale, and on again
    /refund ORDER|PAYMENT reason: an order's credits back, or the money
    /grant CUSTOMER HOW_MANY reason: give credits
    /ban CUSTOMER [7d|12h] reason, /unban CUSTOMER reason
    /ring reason: ring dead letters once more, up to 10 at once
    /stop BROADCAST reason: stop a broadcast (/status names those that run)
    /undo reason: take back the latest change of the settings that was made from here

    Each change wants a button pressed: by whoever asked, once, within five minutes. All of it stands in the audit.
urgent-usage = { $command ->
    [find] So: /find 700001, /find 700001-abcd…, or /find yookassa#…
    [why] So: /why 700001
    [flag] So: /flag new_jobs off reason
    [pause] So: /pause kling-3.0 reason
    [resume] So: /resume kling-3.0 reason
    [refund] So: /refund 700001-abcd… reason, or a payment: /refund yookassa#… reason
    [grant] So: /grant 700001 5 reason. At most 10,000 at once
    [ban] So: /ban 700001 7d reason, /ban 700001 12h reason; without a time it is for good
    [unban] So: /unban 700001 reason
    [ring] So: /ring reason
    [stop] So: /stop 1795251600000-abcdef reason. Which broadcasts run: /status
    [undo] So: /undo reason
   *[other] I do not understand that. What there is: /operator
}
urgent-role = That takes the role { $role }: cargo ctl admins list
urgent-status =
    <b>Open orders: { $more ->
        [yes] more than { $open }
       *[no] { $open }
    }</b> ({ $stages })
    Stuck: { $stuck }. Age of the oldest: { $oldest }. Due for the longest: { $due }

    <b>Today (UTC){ $part ->
        [yes] , at least
       *[no] { "" }
    }</b>: { $requests } in all, { $completed } done, { $failed } failed
urgent-status-dead = Dead letters: { $count }. The oldest of those seen: { $oldest }
urgent-status-dead-unknown = Dead letters: not known, the queue did not answer
urgent-found-nothing = There is no such thing.
urgent-account = 👤 { $user }: { $available }, held { $held }, debt { $debt }; open orders { $open }{ $blocked ->
    [yes] ; has blocked the bot
   *[no] { "" }
}{ $banned ->
    [yes] ; no orders are taken, new ones: { $until }
   *[no] { "" }
}
urgent-order = 🎬 <code>{ $order }</code>: { $stage } ({ $why }); { $model } · { $provider }; { $credits }; customer { $user }; { $at }
urgent-payment = 💳 <code>{ $payment }</code>: { $amount }, { $state }; customer { $user }; { $at }
urgent-unpaid = There is a purchase, and no money came for it.
urgent-why-words = A cat in boots walks over a roof
urgent-why-nothing-on-sale = Nothing is on sale.
urgent-why-draft = The customer's draft, { $model }:
urgent-why-any = There is no draft; any order, { $model }:
urgent-why-refused = ⛔ it would be refused: { $why }
urgent-why-flagged = ⛔ a check has refused it: { $what }
urgent-why-taken = ✅ it would be taken
urgent-why-card = the card is old, or the length is gone; the customer sees it anew
urgent-why-unasked = The provider's check was not asked about it yet: it is when the customer confirms. { $then ->
    [refuse] Without an answer the order is refused.
   *[go_on] Without an answer the order goes on.
}
urgent-why-before =
    Refused within a week, the latest:
    { $lines }
urgent-ask =
    { $what }

    Reason: { $why }
    Only you can confirm it, within { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }.
urgent-yes = ✅ Do it
urgent-no = Leave it
urgent-what-row = ⚠️ <code>{ $row }</code>: now { $before }, will be { $after }
urgent-what-refund-order = ⚠️ Give customer { $user } back for order <code>{ $order }</code>: { $credits }
urgent-what-refund = ⚠️ Give customer { $user } the money back: { $amount }, payment <code>{ $payment }</code>, now { $state }
urgent-what-grant = ⚠️ Give customer { $user }: { $credits }
urgent-what-ban = ⚠️ Take no orders of customer { $user }; new ones: { $until }
urgent-what-unban = ⚠️ Take orders of customer { $user } again
urgent-what-undo =
    ⚠️ Take back version { $version } ({ $who }; { $why }):
    { $rows }
urgent-what-ring = ⚠️ Ring dead letters once more. There are about { $count }, up to 10 at once. Orders that are over are not changed
urgent-what-stop = ⚠️ Stop the broadcast <code>{ $broadcast }</code>: { $sent } of { $of } sent. It can be taken up again in the panel
urgent-ring-nothing = There are no dead letters, or somebody is looking at them: then try again in a minute.
urgent-stop-nothing = The broadcast does not run: { $state }
urgent-done-ring = ✅ Rung once more: { $count }{ $left ->
    [0] {""}
   *[other] . Left for want of time: { $left }, send the command again
}
urgent-done-stop = ✅ The broadcast <code>{ $broadcast }</code> is stopped, { $sent } sent
urgent-status-broadcast = A broadcast runs: <code>{ $broadcast }</code>
urgent-refund-nothing = Nothing was charged for this order: it is { $stage }.
urgent-refund-before = Order <code>{ $order }</code> was given back already: { $credits }, { $at }
urgent-undo-nothing = The latest version of the settings was not made from here, or is such a step back itself. Further: cargo ctl settings history
urgent-done-row = ✅ Done: version { $version } of the settings
urgent-done-same = It stands so already, version { $version }
urgent-done-grant = ✅ Customer { $user } has been given: { $credits }
urgent-done-before = It was given before: customer { $user }, { $credits }
urgent-done-refund = ✅ The money is back: { $amount }
urgent-done-refund-later = ✅ The refund is under way, nobody has to do anything
urgent-done-refund-second = It is so much that another owner has to ask for it, too
urgent-done-ban = ✅ No orders of customer { $user } are taken; new ones: { $until }
urgent-done-unban = ✅ Orders of customer { $user } are taken again
urgent-refused = ⛔ Not done: { $why }
urgent-unknown = ⚠️ Nobody knows whether it is done: { $why }. The audit does: cargo ctl log
urgent-dropped = Dropped, nothing was changed.
urgent-late = Too late: send the command again. Nothing was changed.
urgent-twice = It is being done, or was broken off: the audit says (cargo ctl log).
urgent-menu-operator = what can be done from here
urgent-menu-status = what is open, and what is stuck
urgent-menu-find = a customer, an order or a payment
urgent-menu-why = why a customer is refused
urgent-menu-flag = throw a flag
urgent-menu-pause = take a model off sale
urgent-menu-resume = put it on sale again
urgent-menu-refund = give back for an order or a payment
urgent-menu-grant = give credits
urgent-menu-ban = take no orders of a customer
urgent-menu-unban = take them again
urgent-menu-ring = ring dead letters once more
urgent-menu-stop = stop a broadcast
urgent-menu-undo = take the latest change back
