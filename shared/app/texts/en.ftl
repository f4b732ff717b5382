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
start-parked = 📦 Finished videos waiting for you: { $count }.
help = <b>Ordering a video</b>
    Send a photo (with a caption if you like) or just text. A card shows the model, length, shape and price. Press “Create”.

    <b>Money</b>
    Credits are set aside when you order. They are spent when the video arrives. If it fails, or you cancel, they are back at once, in full.

    <b>How long it takes</b>
    Usually a few minutes. The order's message shows what is going on and becomes the video in the end. You may close the bot.

    <b>Commands</b>
    /start — begin
    /cabinet — balance and limits
    /timezone — the time zone of the times that I show
    /help — this text
command-start = Begin
command-cabinet = Balance and limits
command-help = Help
command-timezone = Time zone
only-private = I work in private chats. Open a chat with me and press /start.
not-understood = I understand text and photos. Send a photo, or describe a video in words.
unknown-command = I do not know this command. There are:
    /start — begin
    /cabinet — balance and limits
    /help — how to order a video
    /timezone — your time zone

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
limit-what-requests = Videos
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
   *[other] { $date }
} at { $time } ({ $zone })
zone-moscow = Moscow

zone-unset = the bot's ({ $zone })
zone-is = 🕘 Time zone: <b>{ $zone }</b>, it is { $clock } now.

    To change it, send for example <code>/timezone Asia/Omsk</code> or <code>/timezone +5</code>. Back to the bot's: <code>/timezone off</code>. Only the times that I show you change; the limits reset as before.
zone-set = ✅ I show times in <b>{ $zone }</b> from now on: it is { $clock }.
zone-unknown = I do not know the time zone “{ $words }”. Send for example <code>/timezone Asia/Omsk</code> or <code>/timezone +5</code>.

## Order card

card-title = 🎬 <b>New video</b>
card-repriced = ⚠️ <b>The price has changed.</b> Nothing was ordered or charged. If it suits you, press Create again.
card-photo = 📷 From your photo
card-no-words = <i>Want to describe the motion? Send text and it is added to the photo.</i>
card-choice = { $model } · { $seconds } · { $aspect }
price-by-plan = in your plan
price-of-plan = 0 credits (under your plan)
card-price-plan = Price: <b>part of your plan</b> “{ $plan }”
card-price = Price: <b>{ $price }</b> · you have { $available }
card-plan-used-up = Your plan’s limit for this model is used up; it resets { $reset }. This video would be paid with credits.
card-plan-used-up-open = As many videos as the plan allows are being made. This one would be paid with credits.
card-plan-refuses = ⚠️ Your plan’s limit for this model is used up; it resets { $reset }. With credits this video costs { $price }, you have { $available }.
card-plan-refuses-open = ⚠️ As many videos as the plan allows are being made. With credits this one costs { $price }, you have { $available }.
card-too-long = ⚠️ The text is longer than this model takes: { $chars } of { $max } characters. Shorten it or choose another model.
card-too-short = ⚠️ The text is shorter than this model takes: { $chars } of at least { $min } characters. Write more or choose another model.
card-choice-gone = ⚠️ This model no longer makes that length or shape. Choose again, or take another model.
card-too-poor = ⚠️ Not enough credits. { $hint }
way-out-cheaper = What you have is enough for { $model }, { $seconds } ({ $price }).
way-out-held = { $held } set aside for your orders will be back if an order fails or is canceled.
way-out-none = Credits cannot be bought here yet; that is coming soon.
card-models = Choose a model:
card-aspect-photo = as the photo
button-create-plan = ✅ Create under the plan
button-create = ✅ Create — { $price }
button-drop = ✖️ Never mind
button-model = 🎛 Model: { $model }
button-model-choice = { $chosen ->
    [yes] ● { $model } — { $price }
   *[no] { $model } — { $price }
}
button-choice = { $chosen ->
    [yes] ● { $what }
   *[no] { $what }
}
button-back = ‹ Back
button-cancel = Cancel the order
button-again = 🔁 Once more
button-other-model = 🔁 Try another model
button-cabinet = 👤 Cabinet
button-help = ❓ Help
button-parked = 📦 Show the videos
button-parked-next = Next ›
button-parked-done = Done
draft-dropped = The draft is deleted. Nothing was charged.
draft-stale = This card is out of date. Send a photo or text again. Nothing was charged.
already-started = This order was accepted already; it is not charged twice.

## Why it was not accepted

refused-model = This model is not available now. Choose another one. Nothing was charged.
refused-no-models = No model takes orders at the moment. Please try again later with the same description. Nothing was charged.
refused-no-photo-models = No model takes photos at the moment. You can send text only, or try again later. Nothing was charged.
refused-no-text-models = No model works without a photo at the moment. Send a photo with a caption, or try again later. Nothing was charged.
refused-credits = Not enough credits: it costs { $cost }, you have { $available }. Nothing was charged. { $hint }
refused-active = You can have at most { $max } { $max ->
    [one] order
   *[other] orders
} at a time. Wait for a video, or cancel an order that is still queued. Nothing was charged.
refused-limit = The limit is used up: { $title }, { $left } of { $max } left. It resets { $reset }. Nothing was charged. { $help }
refused-limit-open = The limit is used up: { $title }, { $left } of { $max } free. Nothing was charged. { $help }
refused-limit-short = Not enough is left: { $title }, { $needed } needed, { $left } of { $max } left. It resets { $reset }. Nothing was charged. { $help }
refused-budget = Your limit is used up. Again { $reset }. Nothing was charged.
refused-spend = The bot takes no new orders for now: what all share is used up. Again { $reset }. Nothing was charged.
refused-spend-short = What all share is not enough for this video any more. Try a shorter one or another model. It resets { $reset }. Nothing was charged.
refused-spend-other = What all share for such videos is used up. Try another model. It resets { $reset }. Nothing was charged.
limit-shared = { $feature }: what all share is used up. Again { $reset }.
limit-help-tier = The tier { $tier } has more.
limit-help-open = Wait for a video to be ready.
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

queued = ⏳ <b>Accepted: your video is in the queue</b>

    { $what }

    Set aside: { $price }. It is spent only when the video arrives.
queued-wait = Usually ready in { $minutes ->
    [1] a minute or two
   *[other] { $minutes } min
}. This message becomes the video by itself; you may close the bot.
delayed = ⏳ <b>The service is busy, your order waits</b>

    { $what }

    We try again by ourselves. The last attempt is { $give-up }: if it fails, your credits come back by themselves. Set aside: { $price }.
rendering = 🎨 <b>Your video is being made</b>

    { $what }

    Set aside: { $price }. It is spent only when the video arrives.

    { $wait }
retrying = 🔄 <b>The first attempt failed, trying again</b>

    { $what }

    Nothing more is charged for it.
delivered = ✅ { $what }

    Spent: { $price }.
delivered-link = ✅ <b>Your video is ready</b>, but too large for Telegram ({ $megabytes } MB).

    <a href="{ $url }">Download it</a>; the link works for about a day.

    Spent: { $price }.
parked-caption = 📦 { $what }

    This video waited while the bot was blocked. Spent: { $price }.
nothing-parked = You have all your finished videos already.
canceled = ✖️ <b>The order is canceled</b>

    { $what }

    Given back: { $price }. You have { $available }.
cancel-too-late = The video is being made and cannot be canceled any more. If it fails, your credits come back by themselves.
toast-queued = In the queue
toast-running = Being made
toast-delivered = Your video has arrived
toast-failed = It failed; your credits are back

## Why it failed

failed = ❌ <b>The video did not work out</b>

    { $why }

    💰 Given back: { $price }.
failed-moderation = The service refused: the text or photo breaks its rules. Change the description or take another photo.
failed-bad-input = The model could not use this text or photo. Change the description, or try another photo or model.
failed-provider = The service has problems. Try another model, or try again later.
failed-no-file = The service said that it was ready and gave no video. Try again, or choose another model.
failed-file-gone = The video was gone before we could fetch it. Please try again.
failed-unreachable = The video was ready and could not be delivered: the bot was blocked.
failed-photo-gone = The photo can no longer be opened. Please send it again.
failed-timed-out = The service did not answer in time. Try again, or choose another model.

## The words for a photo without words

photo-prompt = Bring this photo to life: natural smooth motion, a gentle camera move.
