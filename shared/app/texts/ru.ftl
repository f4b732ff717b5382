# Everything that a Russian-speaking customer reads. Telegram HTML; values come escaped.

credits = { $count } { $count ->
    [one] кредит
    [few] кредита
   *[many] кредитов
}
seconds = { $count } с

## Приветствие и помощь

start-new = 👋 Привет! Я превращаю фото и слова в короткие видео.

    🎁 Для начала у вас { $credits } — бесплатно.

    <b>Как это работает</b>
    1. Пришлите фото или опишите видео словами.
    2. Выберите модель и посмотрите цену.
    3. Нажмите «Создать» — видео придёт сюда же.

    Кредит списывается, только если видео готово. Не получилось — вернётся сразу.
start-back = С возвращением! На счету { $credits }.

    Пришлите фото или опишите видео словами.
start-more = <b>Ещё умею</b>
    { $lines }
start-kind = { $kind ->
    [image] { $of ->
        [both] 🖼 рисовать картинки и менять фото
        [photo] 🖼 менять фото
       *[words] 🖼 рисовать картинки
    }
    [music] 🎵 сочинять песни
   *[speech] 🗣 озвучивать текст
}
start-voice = 🎙 понимать голосовые
start-parked = 📦 Вас ждёт готовое: { $count }.
help = <b>Как заказать видео</b>
    Пришлите фото (можно с подписью) или просто текст. Появится карточка: модель, длина, формат, цена. Нажмите «Создать».

    Если бот делает и другое, на карточке есть кнопки: картинка, песня, озвучка. К фото — изменить его.

    <b>Деньги</b>
    При заказе кредиты откладываются. Заказ пришёл — списываются. Не получилось или вы отменили — возвращаются сразу, целиком.

    <b>Сколько ждать</b>
    Обычно несколько минут. Сообщение с заказом само показывает, что происходит, и в конце превращается в то, что вы заказали. Бот можно закрыть.

    <b>Команды</b>
    /start — начать
    /buy — купить кредиты или подписку
    /orders — мои заказы: что с каждым, прислать ещё раз
    /history — мои покупки
    /cabinet — баланс и лимиты
    /timezone — часовой пояс для сроков
    /language — язык бота (language)
    /paysupport — вопросы по оплате
    /terms — условия
    /help — эта справка
command-start = Начать
command-orders = Мои заказы
command-cabinet = Баланс и лимиты
command-help = Справка
command-timezone = Часовой пояс
command-language = Язык · Language
only-private = Я работаю в личных сообщениях. Откройте чат со мной и нажмите /start.
not-understood = Я понимаю текст и фото. Пришлите фото или опишите видео словами.
unknown-command = Такой команды нет. Есть:
    /start — начать
    /buy — купить кредиты или подписку
    /orders — мои заказы
    /cabinet — баланс и лимиты
    /help — как заказать видео и все команды
    /timezone — ваш часовой пояс
    /language — язык бота

    Чтобы заказать, пришлите фото или опишите видео словами.
photo-too-big = Это фото больше { $limit } МБ — такое модели не принимают. Пришлите его обычным фото, а не файлом. Ничего не списано.
not-a-photo = Из файлов я принимаю только картинки JPEG и PNG. Ничего не списано.
paused = ⏸ Новые заказы ненадолго остановлены. Ничего не списано, уже принятые заказы выполняются. Попробуйте позже.
trouble = 😔 Что-то сломалось у нас. Ничего не списано дважды и ничего не потеряно. Попробуйте ещё раз через минуту.

## Кабинет

cabinet = 👤 <b>Кабинет</b>

    На счету: <b>{ $available }</b>
    { $held-count ->
        [0] Отложено: ничего
       *[other] Отложено на заказы: { $held }
    }
    Заказов в работе: { $active } из { $active-max }
limit-what-requests = Заказы
limit-what-prompts = Улучшение описаний
limit-what-voices = Распознавание голоса
limit-what-tokens = Токены
limit-what-money = Расходы
limit-hour = в час
limit-day = за сутки
limit-week = за неделю
limit-month = за месяц
limit-open = одновременно
limit-sliding = за { $span }
cabinet-plan = Подписка: { $name }
cabinet-tier = Тариф: { $name }
cabinet-until = {" "}до { $moment }
cabinet-awaited = {" "}закончилась; ждём продления до { $moment }
limit-line = { $title }: осталось { $left } из { $max }, обновится { $reset }
limit-line-open = { $title }: свободно { $left } из { $max }
limit-needed = { $left }; нужно { $needed }
days = { $count } { $count ->
    [one] день
    [few] дня
   *[many] дней
}
hours = { $count } { $count ->
    [one] час
    [few] часа
   *[many] часов
}
minutes = { $count } { $count ->
    [one] минуту
    [few] минуты
   *[many] минут
}
reset-at = { $day ->
    [0] сегодня
    [1] завтра
    [yesterday] вчера
   *[other] { $date }
} в { $time } ({ $zone })
until-at = { $day ->
    [0] { $time }
    [1] завтра, { $time }
   *[other] { $date }, { $time }
} ({ $zone })
zone-moscow = МСК

zone-unset = как у бота ({ $zone })
zone-is = 🕘 Часовой пояс: <b>{ $zone }</b>, сейчас { $clock }.

    Чтобы сменить, пришлите, например: <code>/timezone Asia/Omsk</code> или <code>/timezone +5</code>. Вернуть как было: <code>/timezone off</code>. Меняется только то, в каком времени я показываю сроки; сами лимиты обновляются как раньше.
zone-set = ✅ Теперь показываю время по поясу <b>{ $zone }</b>: сейчас { $clock }.
zone-unknown = Не знаю пояса «{ $words }». Пришлите, например: <code>/timezone Asia/Omsk</code> или <code>/timezone +5</code>.

language-name = Русский
language-is = 🌐 Говорю по-русски, какой бы язык ни стоял в Telegram.
language-telegrams = 🌐 Говорю на языке вашего Telegram. Сейчас это: { $name }.
language-as-telegram = Как в Telegram

## Карточка заказа

card-title = { $kind ->
    [image] 🖼 <b>Новая картинка</b>
    [edit] 🖼 <b>Изменить фото</b>
    [music] 🎵 <b>Новая песня</b>
    [speech] 🗣 <b>Озвучить текст</b>
   *[video] 🎬 <b>Новое видео</b>
}
card-repriced = ⚠️ <b>Цена изменилась.</b> Заказ не оформлен, ничего не списано. Если цена подходит, нажмите «Создать» ещё раз.
card-photo = 📷 По вашему фото
card-no-words = { $kind ->
    [edit] <i>Что изменить? Пришлите текст — он добавится к фото.</i>
   *[video] <i>Хотите описать движение? Пришлите текст — он добавится к фото.</i>
}
card-hint-music = <i>Опишите стиль, настроение и о чём поётся: слова и название напишет модель.</i>
card-hint-speech = <i>Прозвучит ровно этот текст.</i>
price-by-plan = по подписке
price-of-plan = 0 кредитов (по подписке)
card-price-plan = Цена: <b>входит в подписку</b> «{ $plan }»
card-price = Цена: <b>{ $price }</b> · на счету { $available }
card-plan-used-up = Лимит подписки на эту модель исчерпан, обновится { $reset }. { $kind ->
    [video] Это видео
   *[other] Этот заказ
} будет за кредиты.
card-plan-used-up-open = По подписке уже делается сколько можно. { $kind ->
    [video] Это видео
   *[other] Этот заказ
} будет за кредиты.
card-plan-refuses = ⚠️ Лимит подписки на эту модель исчерпан, обновится { $reset }. За кредиты { $kind ->
    [video] это видео
   *[other] этот заказ
} стоит { $price }, на счету { $available }.
card-plan-refuses-open = ⚠️ По подписке уже делается сколько можно. За кредиты { $kind ->
    [video] это видео
   *[other] этот заказ
} стоит { $price }, на счету { $available }.
card-too-long = ⚠️ Текст длиннее, чем принимает эта модель: { $chars } из { $max } знаков. Сократите текст или выберите другую модель.
card-too-short = ⚠️ Текст короче, чем принимает эта модель: { $chars }, а нужно не меньше { $min } знаков. Напишите подробнее или выберите другую модель.
card-choice-gone = ⚠️ Такой длины или формата у этой модели больше нет. Выберите заново или возьмите другую модель.
card-too-poor = ⚠️ Не хватает кредитов. { $hint }
way-out-cheaper = Зато хватит на { $what } ({ $price }).
way-out-held = Отложено на заказы: { $held }. Если заказ не выйдет или вы его отмените, они вернутся.
way-out-shop = Пополнить счёт можно в магазине: /buy
way-out-none = Купить кредиты сейчас нельзя: магазин закрыт.
card-models = Выберите модель:
card-aspect-photo = как у фото
button-improve = ✨ Улучшить описание
button-look = ✨ Придумать по фото
button-listen = 🎙 Распознать
button-as-it-was = ↩️ Вернуть как было
button-settings = ⚙️ Модель, длина и формат
button-use-words = ✨ Взять это описание
button-create-plan = ✅ Создать по подписке
button-create = ✅ Создать — { $price }
button-drop = ✖️ Не надо
button-model = 🎛 Модель: { $model }
button-model-choice = { $chosen ->
    [yes] ● { $model } — { $price }
   *[no] { $model } — { $price }
}
button-choice = { $chosen ->
    [yes] ● { $what }
   *[no] { $what }
}
button-back = ‹ Назад
button-cancel = Отменить заказ
button-again = 🔁 Ещё раз
button-film = 🎬 Сделать видео
button-kind = { $kind ->
    [image] 🖼 Картинка
    [edit] 🖼 Изменить фото
    [music] 🎵 Песня
    [speech] 🗣 Озвучка
   *[video] 🎬 Видео
}
button-other-model = 🔁 Попробовать другую модель
button-cabinet = 👤 Кабинет
button-help = ❓ Справка
button-parked = 📦 Показать готовое
button-parked-next = Следующее ›
button-parked-done = Готово
draft-dropped = Черновик удалён. Ничего не списано.
picture-not-kept = Эта картинка больше не под рукой. Перешлите её мне обычным фото — и можно заказать видео. Ничего не списано.
draft-stale = Эта карточка устарела. Пришлите фото или текст ещё раз. Ничего не списано.
already-started = Этот заказ уже принят — второй раз не списывается.

## Почему не принято

refused-model = Эта модель сейчас недоступна. Выберите другую. Ничего не списано.
refused-no-models = Сейчас не принимает заказы ни одна модель. Попробуйте позже: описание можно будет отправить снова. Ничего не списано.
refused-no-photo-models = Сейчас ни одна модель не принимает фото. Можно прислать только текст или попробовать позже. Ничего не списано.
refused-no-text-models = Сейчас ни одна модель не работает без фото. Пришлите фото с подписью или попробуйте позже. Ничего не списано.
refused-credits = Не хватает кредитов. Цена: { $cost }, на счету: { $available }. Ничего не списано. { $hint }
refused-active = Одновременно можно не больше { $max } { $max ->
    [one] заказа
   *[other] заказов
}. Дождитесь, пока один будет готов, или отмените заказ из очереди. Ничего не списано.
refused-limit = Лимит исчерпан: { $title }, осталось { $left } из { $max }. Обновится { $reset }. Ничего не списано. { $help }
refused-limit-open = Лимит исчерпан: { $title }, свободно { $left } из { $max }. Ничего не списано. { $help }
refused-limit-short = Не хватает лимита: { $title }, нужно { $needed }, осталось { $left } из { $max }. Обновится { $reset }. Ничего не списано. { $help }
refused-budget = Ваш лимит исчерпан. Снова { $reset }. Ничего не списано.
refused-spend = Бот пока не берёт новых заказов: общий запас исчерпан. Снова { $reset }. Ничего не списано.
refused-spend-short = На такой заказ общего запаса уже не хватает. Попробуйте покороче или другую модель. Запас обновится { $reset }. Ничего не списано.
refused-spend-other = На такие заказы общий запас исчерпан. Попробуйте другую модель. Запас обновится { $reset }. Ничего не списано.
limit-shared = { $feature }: общий запас исчерпан. Снова { $reset }.
limit-help-tier = Больше — на тарифе { $tier }.
limit-help-open = Дождитесь готового заказа.
limit-help-model = Можно взять другую модель.
limit-help-wait = Черновик сохранён.
overtaken = Сразу несколько ваших заказов оформляются одновременно. Этот не принят, ничего не списано. Нажмите ещё раз.
denied-tier_too_low = { $feature } — не в вашем тарифе.
denied-not_in_tier = { $feature } — не в вашем тарифе.
denied-expired = { $feature }: срок доступа истёк.
denied-inactive = { $feature } сейчас отключено.
denied-targeting = { $feature } сейчас недоступно для вас.
not-charged = Ничего не списано.
denied-granted = { $feature }: доступно.
denied-overridden_off = { $feature } для вас отключено.
denied-dependency_off = { $feature }: нужно ещё то, чего у вас нет.
denied-model_off = { $feature }: этой модели сейчас нет.
denied-misconfigured = Такие заказы сейчас недоступны ({ $feature }): мы уже чиним.
denied-other = { $feature } вам недоступно.
denied-tier = Открывает тариф { $tier }.
denied-needs-tier = Для этого нужен тариф { $tier } или выше.
refused-too-long = Текст слишком длинный для этой модели: { $chars } из { $max } знаков. Ничего не списано.
refused-too-short = Этой модели нужно не меньше { $min } знаков, а в тексте { $chars }. Ничего не списано.

## Ход заказа

queued = ⏳ <b>Заказ принят, { $kind ->
    [image] картинка
    [music] песня
    [speech] озвучка
   *[video] видео
} в очереди</b>

    { $what }

    Отложено: { $price }. Спишется, только когда { $kind ->
    [image] картинка
    [music] песня
    [speech] озвучка
   *[video] видео
} придёт.
queued-wait = Обычно готово за { $minutes ->
    [1] минуту-другую
   *[other] { $minutes } мин
}. Это сообщение само станет { $kind ->
    [image] картинкой
    [music] песней
    [speech] записью
   *[video] видео
}, бот можно закрыть.
delayed = ⏳ <b>Сервис перегружен, заказ ждёт</b>

    { $what }

    Пробуем снова автоматически. Последняя попытка — { $give-up }: если не выйдет, кредиты вернутся сами. Отложено: { $price }.
rendering = 🎨 <b>{ $kind ->
    [image] Картинка рисуется
    [music] Песня сочиняется
    [speech] Текст озвучивается
   *[video] Видео рисуется
}</b>

    { $what }

    Отложено: { $price }. Спишется, только когда { $kind ->
    [image] картинка
    [music] песня
    [speech] озвучка
   *[video] видео
} придёт.

    { $wait }
retrying = 🔄 <b>Первая попытка не удалась, пробуем ещё раз</b>

    { $what }

    Дополнительно ничего не списывается.
delivered = ✅ { $what }

    Списано: { $price }.
delivered-as-file = Для фото эта картинка слишком велика, поэтому она пришла файлом.
delivered-link = ✅ { $kind ->
    [image] <b>Картинка готова</b>, но для Telegram она слишком велика
    [music] <b>Песня готова</b>, но для Telegram она слишком велика
    [speech] <b>Озвучка готова</b>, но для Telegram она слишком велика
   *[video] <b>Видео готово</b>, но для Telegram оно слишком велико
} ({ $megabytes } МБ).

    <a href="{ $url }">{ $kind ->
    [image] Скачать картинку
    [music] Скачать песню
    [speech] Скачать запись
   *[video] Скачать видео
}</a> — ссылка действует около суток.

    Списано: { $price }.
parked-caption = 📦 { $what }

    { $kind ->
    [image] Картинка ждала
    [music] Песня ждала
    [speech] Запись ждала
   *[video] Видео ждало
} вас, пока бот был заблокирован. Списано: { $price }.
nothing-parked = Всё готовое уже у вас.
canceled = ✖️ <b>Заказ отменён</b>

    { $what }

    Возвращено: { $price }. На счету: { $available }.
cancel-too-late = Заказ уже выполняется — отменить нельзя. Если не получится, кредиты вернутся сами.
toast-queued = Заказ в очереди
toast-running = Заказ выполняется
toast-delivered = Заказ уже пришёл
toast-failed = Не получилось, кредиты возвращены

## Мои заказы

orders = 📋 <b>Мои заказы</b>

    { $lines }

    Что с заказом и где деньги — по номеру ниже.
orders-no-older = Более ранних заказов нет.
orders-empty = 📋 Заказов пока нет. Пришлите фото или опишите видео словами.
orders-line = <b>{ $n }.</b> { $icon } { $title } · { $moment }
orders-words = <i>{ $words }</i>
order-kind = { $kind ->
    [prompt] ✨ Улучшение описания
    [look] ✨ Описание по фото
   *[transcript] 🎙 Распознавание голоса
}
order-gone = Этого заказа больше нет в списке. Откройте список заново: /orders
order-receipt = 🧾 <b>Заказ</b> <code>{ $number }</code>

    { $what }

    { $steps }

    { $money }
order-step = <code>{ $time }</code> { $step }
order-day = { $date } ({ $zone }):
order-steps-left-out = … и ещё шагов: { $count }
order-times = { $step } (×{ $count })
step-accepted = заказ принят, отложено: { $price }
step-sent = отправлен сервису
step-running = сервис взял в работу
step-busy = пока не принят, пробуем снова
step-refused = сервис отказал
step-silent = сервис не ответил, выясняем
step-unheard = так и не ответил
step-ready = готово, отправляем вам
step-words = ответ готов
step-render-failed = у сервиса не получилось
step-delivered = пришло в этот чат
step-undelivered = доставить не удалось
step-stored = бот был заблокирован, сохранено для вас
step-parked = ждёт вас
step-canceled = вы отменили заказ
step-timed-out = время вышло
order-spent = 💳 Списано: { $price }
order-words-failed = Ответа не получилось; дальше можно было и без него.
order-back = 💰 Возвращено: { $price }
order-set-aside = ⏳ Отложено: { $price }. Спишется, только когда всё будет готово; не выйдет — вернётся само.
button-orders = 📋 Заказы
button-orders-all = ‹ Все заказы
button-orders-newest = ‹ Последние
button-orders-older = Раньше ›
button-show-again = 📤 Прислать сюда ещё раз

## Почему не получилось

failed = ❌ <b>{ $kind ->
    [image] Картинка не получилась
    [music] Песня не получилась
    [speech] Озвучка не получилась
   *[video] Видео не получилось
}</b>

    { $why }

    💰 Возвращено: { $price }.
failed-moderation = Сервис отказался: текст или фото нарушает его правила. Измените описание или возьмите другое фото.
failed-bad-input = Модель не смогла использовать этот текст или фото. Попробуйте изменить описание, взять другое фото или другую модель.
failed-provider = У сервиса неполадки. Попробуйте другую модель или повторите позже.
failed-no-file = Сервис сообщил о готовности, но { $kind ->
    [image] картинку
    [music] песню
    [speech] запись
   *[video] видео
} не отдал. Попробуйте ещё раз или выберите другую модель.
failed-file-gone = { $kind ->
    [image] Картинка пропала у сервиса раньше, чем мы её получили.
    [music] Песня пропала у сервиса раньше, чем мы её получили.
    [speech] Запись пропала у сервиса раньше, чем мы её получили.
   *[video] Видео пропало у сервиса раньше, чем мы его получили.
} Попробуйте ещё раз.
failed-unreachable = { $kind ->
    [image] Картинка была готова, но доставить её
    [music] Песня была готова, но доставить её
    [speech] Запись была готова, но доставить её
   *[video] Видео было готово, но доставить его
} не удалось: бот был заблокирован.
failed-photo-gone = Фото больше не открывается. Пришлите его ещё раз.
failed-timed-out = Сервис не ответил вовремя. Попробуйте ещё раз или выберите другую модель.

## Промпт по умолчанию для фото без слов

photo-prompt = Оживи это фото: естественное плавное движение, лёгкое движение камеры.

## Слова: улучшение, фото, голос

# Начала слов, по которым видно, что об этом уже сказано.
said-motion = движ двиг плавн медленн быстр motion move moving slow fast
said-camera = камер ракурс наезд пролёт пролет camera zoom shot close-up
said-light = свет освещ закат рассвет тень тени light lit sunset sunrise shadow
simple-motion = плавное естественное движение
simple-camera = камера медленно приближается
simple-light = мягкий тёплый свет
words-improving = ✨ Улучшаю описание… Обычно это занимает несколько секунд.
words-looking = ✨ Смотрю на фото и придумываю… Обычно это занимает несколько секунд.
words-listening = 🎙 Слушаю… Обычно это занимает несколько секунд.
words-already = Это уже заказано и появится в этом сообщении. Второй раз ничего не списывается.
words-came = С этим уже закончено: смотрите это сообщение или ниже. Второй раз ничего не списывается.
words-better = ✨ <b>Описание улучшено</b>
words-seen = ✨ <b>Вот что можно сделать с этим фото</b>
words-heard = 🎙 <b>Вот что я услышал</b>
words-spent = Списано: { $price }.
words-back = Возвращено: { $price }.
words-simple = ✨ Улучшить сейчас не вышло: сервис недоступен. Вот простой вариант, с ним тоже можно продолжать.
words-refused = ✨ Сервис отказался: текст или фото нарушает его правила. Скорее всего, откажется и модель: измените описание или возьмите другое фото.
words-unheard = 🎙 В этом сообщении не слышно слов. Запишите ещё раз, поближе к микрофону, или напишите текстом.
words-not-heard = 🎙 Распознать сейчас не вышло. Пришлите голосовое ещё раз через минуту или напишите текстом.
words-not-offered = Это сейчас недоступно. Ничего не списано, черновик на месте: можно продолжать с ним.
voice-card = 🎙 <b>Голосовое сообщение, { $length }</b>
    Распознать его и сделать описанием видео?
voice-not-offered = Голосовые сообщения я сейчас не распознаю. Опишите видео текстом или пришлите фото. Ничего не списано.
voice-too-long = Это голосовое слишком длинное: я слушаю до { $minutes } { $minutes ->
    [one] минуты
   *[other] минут
}. Для описания видео хватает нескольких фраз — запишите короче или напишите текстом. Ничего не списано.
only-voice = Из звука я понимаю только голосовые сообщения. Запишите голосовое, напишите текст или пришлите фото. Ничего не списано.

## Магазин и оплата

shop = 🛍 <b>Магазин</b>
    На счету: { $available }

    { $wares }

    Выберите, что подходит. Цена не изменится, пока заказ открыт.
shop-line = <b>{ $title }</b> — { $goods }: { $prices }
shop-empty = 🛍 Сейчас ничего не продаётся. То, что уже на счету, остаётся вашим.
shop-not-sold = Это больше не продаётся. Ничего не списано. Откройте магазин заново: /buy
ware = <b>{ $title }</b>
    { $brings }
goods-days = подписка на { $days }
brings-credits = • { $credits } на счёт, не сгорают
brings-days = • Подписка на { $count } { $count ->
    [one] день
    [few] дня
   *[many] дней
}
brings-model = • { $model }: видео без списания кредитов
brings-model-daily = • { $model }: до { $count } видео в сутки без списания кредитов
brings-tier = • Тариф { $tier }
pay-stars = Звёздами { $price }
pay-stars-monthly = Звёздами { $price } каждый месяц
pay-yookassa = Картой или СБП { $price }
pay-stripe = Зарубежной картой { $price }
purchase = 🧾 <b>{ $title }</b> — { $goods }
    К оплате: <b>{ $price }</b>

    Оплатить можно до { $moment }. После оплаты всё придёт сюда само, обычно за минуту.
purchase-renews = 🔁 Эта сумма списывается каждый месяц, пока вы не отключите продление в /history
purchase-not-opened = 😔 Касса сейчас не отвечает. Деньги не списаны. Попробуйте ещё раз через минуту или выберите другой способ оплаты.
purchase-refused = 😔 Касса не приняла этот заказ. Деньги не списаны. Если недавно меняли адрес для чеков, проверьте его: /receipt. Или выберите другой способ оплаты. Не выходит — /paysupport
purchase-over = ⌛ Этот заказ закрыт: время вышло или платёж отклонён. Деньги по нему не приходили. Если они всё-таки списаны, не пропадут: напишите нам через /paysupport. Попробовать ещё раз: /buy
purchase-paid-already = ✅ Этот заказ уже оплачен. Что с платежом, видно в покупках: /history
purchase-held = 🔎 Платёж по этому заказу пришёл, но не совпал с ним. Он проверяется вручную; деньги не потеряются, платить ещё раз не нужно. Вопросы: /paysupport
purchase-underway = Оплата принята, её проводит ваш банк: это может занять несколько дней. Платить ещё раз не нужно — как только деньги придут, всё зачислится само.
purchase-nothing-yet = Деньги пока не пришли. Если вы оплатили, подождите пару минут: мы проверяем сами. Ничего не потеряется.
purchase-nothing-stars = Среди звёзд, полученных ботом, этого платежа пока нет. Если звёзды списаны, подождите минуту: всё зачислится само. Не пришло — /paysupport
purchase-gone = ⌛ Заказ «{ $title }» за { $price } закрыт: оплата не пришла. Если вы всё-таки платили, деньги не пропадут: напишите нам через /paysupport
rail-silent = Касса сейчас не отвечает, проверить не вышло. Деньги не потеряются: мы проверим сами и напишем.
paid-credited = ✅ Оплата получена: <b>{ $title }</b>, { $price }.
    Зачислено: { $goods }.
    На счету: { $available }.

    Номер платежа: <code>{ $number }</code>
paid-plan-until = Подписка действует до { $until }.
paid-plan-exchanged = Остаток прежней подписки вошёл в новую: она действует до { $until }.
paid-debt = Из зачисленного на долг ушло: { $repaid }.
paid-held = 🔎 Платёж на { $price } получен, но не совпал с заказом «{ $title }». Он проверяется вручную; деньги не потеряются. Номер: <code>{ $number }</code>. Вопросы: /paysupport
paid-held-plan = 🔎 Платёж на { $price } за «{ $title }» получен, но эта подписка сейчас начаться не может. Решает человек: деньги вернутся, или подписка начнётся позже; они не потеряются. Номер: <code>{ $number }</code>. Вопросы: /paysupport
paid-nobodys = 🔎 Платёж получен, но заказа к нему нет. Он проверяется вручную; деньги не потеряются. Вопросы: /paysupport
paid-part-refunded = ↩️ Часть денег за «{ $title }» возвращена: { $price }.
    Списано: { $goods }.
    На счету: { $available }.

    Номер платежа: <code>{ $number }</code>
paid-refunded = ↩️ Деньги за «{ $title }» ({ $price }) возвращены тем же способом, каким вы платили.
    Списано: { $goods }.
    На счету: { $available }.

    Номер платежа: <code>{ $number }</code>
paid-charged-back = ⚠️ Банк отозвал платёж { $price } за «{ $title }».
    Списано: { $goods }.
    На счету: { $available }.

    Если это ошибка, напишите нам: /paysupport. Номер платежа: <code>{ $number }</code>
paid-restored = ✅ Банк подтвердил платёж { $price } за «{ $title }».
    Снова зачислено: { $goods }.
    На счету: { $available }.
paid-refund-begun = ↩️ Возвращаем { $price } за «{ $title }».
    Отложено до конца возврата: { $goods }.
    На карту деньги могут идти до 10 дней.

    Номер платежа: <code>{ $number }</code>
paid-refund-refused = Вернуть { $price } за «{ $title }» не получилось.
    Снова зачислено: { $goods }.
    На счету: { $available }.

    Вопросы: /paysupport
checkout-other = Этот счёт выписан не вам. Откройте бота и нажмите /buy
checkout-over = Этот счёт больше не действует. Звёзды не списаны. Откройте магазин заново: /buy
checkout-paid = Этот заказ уже оплачен. Звёзды не списаны.
checkout-price = Цена изменилась. Звёзды не списаны. Откройте магазин заново: /buy
checkout-not-sold = Оплата звёздами сейчас выключена. Звёзды не списаны.
checkout-later = Не получилось проверить заказ. Звёзды не списаны. Попробуйте ещё раз через минуту.
history = 🧾 <b>Покупки</b>

    { $lines }

    Вопросы по оплате: /paysupport
history-empty = 🧾 Покупок пока нет. Магазин: /buy
history-line = • { $moment } — { $title } ({ $goods }), { $price }: { $state }{ $number }
history-renewal = • 🔁 { $title }, { $price }: { $state }
history-open = ждёт оплаты
history-credited = зачислено
history-part-refunded = зачислено, из этого возвращено { $back }
history-held = проверяется
history-refund-held = возвращается
history-refunded = возвращено
history-charged-back = отозвано банком
terms = 📄 <b>Условия</b>

    1. Бот создаёт видео, картинки и звук по вашим словам и фото. Кредиты списываются, только когда заказ доставлен; не получилось — возвращаются сразу, целиком.
    2. Кредиты не сгорают. Подписка действует столько дней, сколько оплачено; её дневные пределы видны в /cabinet.
    3. Цена фиксируется, когда вы выбираете способ оплаты, и действует до срока, который назван в заказе.
    4. { $refund } Деньги возвращаются туда, откуда пришли.
    5. Присылайте только то, на что у вас есть права.
terms-refund = О возврате решает человек: напишите нам через /paysupport с номером платежа из /history.
terms-refund-unused = Пакет кредитов, который вы не начали тратить, можно вернуть самому: /history, пока после оплаты не прошло { $within }. В остальном о возврате решает человек: напишите нам через /paysupport с номером платежа.
terms-more = Полные условия: { $url }
pay-support = 💬 <b>Вопросы по оплате</b>

    Оплатили, а ничего не пришло? Откройте /history и нажмите «Проверить оплату»: мы сразу посмотрим. Там же видно, что с каждым платежом.

    Telegram по оплате ботов не помогает — помогаем мы.
pay-support-contact = Написать нам: { $contact }
pay-support-number = Ваш номер: <code>{ $user }</code>. Пришлите его вместе с номером платежа.
command-buy = Купить кредиты или подписку
command-history = Мои покупки
command-paysupport = Вопросы по оплате
command-terms = Условия
button-shop = 🛍 Магазин
button-newer = ← Новее
button-older = Раньше →
button-history = 🧾 Покупки
button-pay = Оплатить { $price }
button-paid = Проверить оплату
button-try-again = Попробовать ещё раз
plan-until = Подписка будет действовать до { $moment }.
plan-exchanged = Сейчас у вас «{ $plan }». Остаток не пропадёт: прибавим к новой { $bonus }. Новая подписка будет действовать до { $moment }.
plan-endless = У вас бессрочная подписка «{ $plan }»: эту покупать незачем.
plan-running = У вас подписка «{ $plan }» до { $moment }. Её остаток сюда не переносится, поэтому эту подписку можно купить, когда та закончится: так вы ничего не потеряете.
debt = ⚠️ Ваш долг: { $debt }. Следующая покупка сначала закроет его, остальное ваше.
refused-debt = Банк отозвал платёж за уже потраченные кредиты. Ваш долг: { $debt }. Пополните счёт: /buy — сначала закроется долг, остальное ваше. Вопросы: /paysupport
plan-soon = ⏳ Подписка «{ $title }» закончится завтра. Продлить: /buy
plan-over = Подписка «{ $title }» закончилась. Кредиты на счету остаются вашими. Продлить: /buy
renewal-canceled = Подписка «{ $title }» больше не продлевается. Оплаченное время остаётся вашим. Передумаете — кнопка в /history
renewal-active = Подписка «{ $title }» снова продлевается каждый месяц.
renewal-twice = ⚠️ Подписка «{ $title }» снова продлевается каждый месяц, и ещё одна ваша подписка — тоже: Telegram спишет за обе. Лишнюю отключите в /history, оплаченное время останется вашим.
renewal-failed = ⚠️ Не получилось продлить подписку «{ $title }»: не хватило звёзд. Пополните звёзды в Telegram — он попробует ещё раз. Или отключите продление в /history и купите что угодно: /buy
renewal-refused = Изменить продление не получилось. Попробуйте в Telegram: Настройки → Мои звёзды → Подписки.
history-renews = продлевается каждый месяц
history-renews-no-more = больше не продлевается
history-renewal-failed = продлить не получилось
button-renew = Продлевать «{ $title }»
button-renew-not = Не продлевать «{ $title }»
renewal-allowed = Теперь включите продление сами: Telegram → Настройки → Мои звёзды → Подписки. Без вас ничего не спишется.
receipt-where = 🧾 По закону мы отправляем чек. Пришлите одним сообщением e-mail или телефон для чеков — спросим только один раз.
receipt-elsewhere = 🧾 Чеки приходят на { $contact }. Чтобы изменить, пришлите новый e-mail или телефон одним сообщением.
receipt-noted = Готово: чеки будут приходить туда. Изменить: /receipt
receipt-none = Чеки здесь не нужны: контакт не спрашиваем и не храним.
refund-sure = Вернуть { $price } за «{ $title }»? Будет списано: { $goods }. Деньги вернутся тем же способом, каким вы платили.
refund-not = Вернуть это сразу нельзя: время вышло, покупка уже использована или это подписка. Напишите нам: /paysupport
refund-looked-at = Такую сумму возвращает человек, а не бот. Напишите нам: /paysupport. Деньги и кредиты пока на месте.
button-refund = Вернуть { $price } за «{ $title }»
button-refund-sure = Да, вернуть деньги
purchase-too-many = У вас много неоплаченных заказов. Оплатите один из них (/history) или подождите: они закроются сами. Ничего не списано.
paid-returned = ↩️ Деньги по платежу { $price } («{ $title }») возвращены туда, откуда пришли. Кредиты по нему не начислялись. Номер: <code>{ $number }</code>
purchase-other-rail = На этой карточке уже выбран другой способ оплаты. Откройте товар заново: /buy. Ничего не списано.
checkout-plan = Сейчас эту подписку начать нельзя: у вас уже есть другая или долг. Звёзды не списаны. Подробности в /buy
plan-debt = Сначала закройте долг: { $debt }. Пока он есть, видео не заказать, и дни подписки прошли бы зря. Купите любой пакет кредитов: /buy
plan-renews = Подписка «{ $plan }» продлевается сама: Telegram спишет за неё снова. Сначала отключите её продление в /history — оплаченное время останется вашим.
receipt-unreadable = Это не похоже на e-mail или телефон. Пришлите, например, anna@example.org или +7 999 123-45-67. Ничего не списано.

## Отчёт оператору: приходит каждое утро

report-day = 📊 <b>Отчёт за { $day }</b>
report-week = 📊 <b>Отчёт за неделю { $first } – { $last }</b>
report-again = (Повтор: в прошлый раз Telegram не ответил, дошло ли.)
report-unknown = неизвестно
report-money = <b>Деньги</b>
report-till = { $rail }: { $came }, платежей { $count }
report-till-back = , вернулось { $back }
report-no-money = Платежей не было.
report-revenue = Выручка: { $sum }
report-revenue-unknown = Выручка в рублях неизвестна: нет курса (costs: rub_per_usd, rub_per_star).
report-cost = Себестоимость: { $cost }
report-costs = { $rub } ({ $usd })
report-costs-part = не меньше { $rub } ({ $usd }), неизвестна у { $count }
report-left = Выручка минус себестоимость: { $sum }
report-refunds = Платежей с возвратом: { $count }
report-charged-back = Из них отозвано банком: { $count }
report-going-back = Возвращаются сейчас: { $count }
report-held = Не подошли и ждут решения: { $count }
report-test = Тестовых платежей (в суммы не входят): { $count }
report-operations = <b>Операции</b>
report-counts = Всего { $all }: готово { $done } ({ $share }), не вышло { $failed }, в работе { $open }
report-time = До видео: половина за { $median }, 95 из 100 за { $slow }
report-no-videos = До видео: неизвестно, готовых не было
report-kinds = По видам: { $kinds }
report-reasons = Почему не вышло: { $reasons }
report-kind-text = улучшений текста
report-kind-text_with_image = описаний фото
report-kind-image_gen = картинок
report-kind-image_edit = правок фото
report-kind-video_gen = видео
report-kind-audio_gen = песен
report-kind-transcription = расшифровок голоса
report-kind-tts = озвучек
report-why-moderation = сервис отказал по своим правилам
report-why-bad-input = модель не смогла взять текст или фото
report-why-provider = неполадки у сервиса
report-why-no-file = готово, но без файла
report-why-file-gone = файл пропал у сервиса
report-why-unreachable = некому доставить
report-why-photo-gone = фото не открылось
report-why-timed-out = сервис не ответил вовремя
report-why-canceled = отменил клиент
report-models = <b>Модели по себестоимости</b>
report-model = { $model }: операций { $count }, стоили { $cost }, маржа { $margin }
report-plans = <b>Чем оплачено</b>
report-by-credits = Кредиты: операций { $count }, списано { $credits }, стоили { $cost }, маржа { $margin }
report-by-plan = { $plan }: операций { $count }, продано на { $sold }, стоили { $cost }, итог { $margin }
report-losses = <b>Безлимиты дороже, чем приносят</b>: { $count }
report-loss = { $user }, { $plan }: стоит { $cost }, приносит { $brought }, убыток { $loss }
report-unjudged = Не с чем сравнить без курса: { $count }
report-not-looked-at = Ещё безлимитов, которые стоят меньше и не проверены: { $count }
report-refusals = <b>Отказы по лимитам</b> (кому-то мало)
report-refusal = { $limit }: { $count }
report-orphans = Рендеров, пришедших после отказа от них: { $count }
report-unread-payments = ⚠️ Платежей не прочитано, в выручку не вошли: { $count }
report-not-over = это время ещё не кончилось
report-unreadable = ⚠️ Строк журнала не прочитано, в отчёт не вошли: { $count }
report-more = …и ещё { $count }
report-chart-hours = Операции по часам
report-chart-days = Операции по дням
report-chart-done = готово
report-chart-failed = не вышло
report-chart-open = в работе
report-chart-models = Себестоимость по моделям (и число операций)
report-chart-money = Деньги
report-chart-revenue = Выручка
report-chart-cost = Себестоимость
report-chart-nothing = Операций не было.

## Чат оператора

alert = 🚨 <b>{ $function }: { $event }</b>
    { $words }
    Раз: { $count }, с { $since } до { $until } UTC
alert-alarm = 🔔 <b>Тревога { $alarm }</b>
    { $words }
    Изменений: { $count }, с { $since } до { $until } UTC. Что делать: infra/README.md#alarms, строка { $alarm }
alert-alarm-over = ✅ <b>Тревога { $alarm } прошла</b>
    { $words }
    Изменений: { $count }, с { $since } до { $until } UTC. Что это было: infra/README.md#alarms, строка { $alarm }
alert-with = Где: { $with }
alert-job = Последний заказ: <code>{ $job }</code>
alert-rest = 🚨 И ещё виды ошибок: { $count }. Их очень много, каждый отдельным сообщением не приходит: смотрите журналы.

## Мини-приложение и элементы браузерного клиента. Значения подставляет страница, поэтому ни один текст не зависит от числа.

web-title = Кабинет
web-noscript = Этой странице нужен JavaScript. Откройте её из бота в Telegram.
web-loading = Загружаем…
web-refresh = Обновить
web-try-again = Попробовать ещё раз
web-close = Закрыть
web-balance = Кредиты
web-held = Отложено на заказы в работе: { $held }
web-debt = Долг после возврата денег банком: { $debt }. Следующая покупка сначала погасит его.
web-active = Заказов в работе: { $active } из { $max }
web-plan = Подписка
web-no-plan = Подписки нет: заказы оплачиваются кредитами
web-tier = Тариф
web-until = до { $moment }
web-awaited = ждём продления до { $moment }
web-limits = Лимиты
web-no-limits = Лимитов для вас нет.
web-left = осталось { $left } из { $limit }
web-resets = обновится через { $time }
web-when-done = освободится, когда заказ будет готов
web-days = { $days } д { $hours } ч
web-hours = { $hours } ч { $minutes } мин
web-minutes = { $minutes } мин
web-soon = меньше минуты
web-features = Возможности
web-open = открыто
web-locked = закрыто
web-used-up = пока исчерпано
web-opens-tier = Открывает тариф { $tier }
web-opens-addon = Открывает дополнение { $addon }
web-opens-nothing = Сейчас не предлагается
web-upgrade = Как открыть
web-upgrade-title = { $feature }: пока закрыто
web-banner = Можно открыть ещё: { $features }
web-model = Модель
web-no-models = Вам не открыта ни одна модель
web-price-from = { $name } (кредитов: от { $credits })
web-no-tier = без тарифа
web-orders = Последние заказы
web-no-orders = Заказов ещё не было. Отправьте боту фото или несколько слов.
web-older = Более ранние
web-credits = кредитов: { $credits }
web-by-plan = по подписке
web-credits-back = ничего не списано
web-status-pending = в работе
web-status-completed = готово
web-status-failed = не вышло
web-status-canceled = отменено
web-in-chat = Всё, что сделано, лежит в чате с ботом: отправьте там /orders, чтобы посмотреть снова.
web-to-chat = Вернуться в чат
web-outside-title = Кабинет бота в Telegram
web-outside = Здесь клиенты бота видят свои кредиты, лимиты и заказы. Кабинет открывается внутри Telegram: перейдите к боту и нажмите кнопку рядом с полем ввода.
web-outside-bot = Перейти к боту
web-newcomer = Бот вас ещё не знает. Откройте чат с ним и нажмите «Старт».
web-failed-network = Нет связи. Ваши кредиты и заказы в порядке; проверьте сеть и попробуйте ещё раз.
web-failed-unauthorized = Вход устарел. Закройте страницу и откройте её снова из бота.
web-failed-busy = Слишком много запросов сразу. Попробуйте через { $seconds } с.
web-failed-server = У нас что-то сломалось. Ваши кредиты и заказы в порядке; попробуйте через минуту.
web-failed-refused = Запрос отклонён. Закройте страницу и откройте её снова из бота.
web-as-of = Показано на { $moment }.
