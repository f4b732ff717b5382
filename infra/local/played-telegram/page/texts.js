// What the played client itself says; everything else comes from the bot.
export const texts = {
  ru: {
    lang: "ru", bot: "бот", start: "Начать", unblock: "Перезапустить", remove: "Удалить у всех", block: "Заблокировать бота",
    write: "Сообщение", send: "Отправить", attach: "Прикрепить фото", menu: "Меню", down: "Вниз", chat: "Чат",
    edited: "изменено", newUser: "Другой пользователь", connecting: "соединение…", sendPhoto: "Отправить фото",
    caption: "Подпись", cancel: "Отмена", notAPicture: "Это не картинка",
    blocked: "Вы заблокировали бота. Перезапустите его в меню.",
    empty: "Это Telegram понарошку: бот настоящий, а Telegram играет ваш компьютер. Нажмите «Начать».",
    actions: { typing: "печатает…", upload_video: "отправляет видео…", record_video: "записывает видео…", upload_photo: "отправляет фото…" },
  },
  en: {
    lang: "en", bot: "bot", start: "Start", unblock: "Restart", remove: "Delete for everyone", block: "Block the bot",
    write: "Message", send: "Send", attach: "Attach a photo", menu: "Menu", down: "Down", chat: "Chat",
    edited: "edited", newUser: "Another user", connecting: "connecting…", sendPhoto: "Send a photo",
    caption: "Caption", cancel: "Cancel", notAPicture: "This is no picture",
    blocked: "You have blocked the bot. Restart it in the menu.",
    empty: "This Telegram is played by your computer; the bot is real. Press Start.",
    actions: { typing: "is typing…", upload_video: "is sending a video…", record_video: "is recording a video…", upload_photo: "is sending a photo…" },
  },
};
