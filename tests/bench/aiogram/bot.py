"""The same commands as a person would write them with aiogram 3 and aioboto3: what the webhook function is measured beside.

Not a bad bot: one client that stays open, one read for the cabinet, one conditional transaction for an order. It has no
limits, no settings, no languages and no ledger beyond a line, so it does less than what it is compared with.
"""

import json
import os
import sys
from contextlib import suppress

import aioboto3
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest
from aiogram.filters import Command, CommandStart
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

TABLE = "aiogram"
dispatcher = Dispatcher()


@dispatcher.message(CommandStart())
async def start(message: Message, table, **_) -> None:
    try:
        await table.put_item(
            Item={"pk": f"user#{message.from_user.id}", "sk": "account", "credits": 2, "active": 0},
            ConditionExpression="attribute_not_exists(pk)",
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        pass
    await message.answer("Привет! Пришлите фото или опишите словами, какое видео вы хотите.")


@dispatcher.message(Command("cabinet"))
async def cabinet(message: Message, table, **_) -> None:
    answer = await table.get_item(Key={"pk": f"user#{message.from_user.id}", "sk": "account"})
    await message.answer(f"Баланс: {answer['Item']['credits']}")


@dispatcher.message(F.text)
async def draft(message: Message, table, **_) -> None:
    await table.update_item(
        Key={"pk": f"user#{message.from_user.id}", "sk": "account"},
        UpdateExpression="SET draft = :draft",
        ExpressionAttributeValues={":draft": message.text},
    )
    button = InlineKeyboardButton(text="Создать", callback_data="go:1")
    await message.answer(message.text, reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]))


@dispatcher.callback_query(F.data.startswith("go:"))
async def confirm(query: CallbackQuery, client, queue, queue_url, **_) -> None:
    user, job = f"user#{query.from_user.id}", f"job#{query.id}"
    await client.transact_write_items(
        TransactItems=[
            {
                "Update": {
                    "TableName": TABLE,
                    "Key": {"pk": {"S": user}, "sk": {"S": "account"}},
                    "UpdateExpression": "SET credits = credits - :one, active = active + :one",
                    "ConditionExpression": "credits >= :one",
                    "ExpressionAttributeValues": {":one": {"N": "1"}},
                }
            },
            {"Put": {"TableName": TABLE, "Item": {"pk": {"S": user}, "sk": {"S": job}, "stage": {"S": "QUEUED"}}}},
            {"Put": {"TableName": TABLE, "Item": {"pk": {"S": user}, "sk": {"S": f"ledger#{job}"}, "credits": {"N": "-1"}}}},
        ]
    )
    await queue.send_message(QueueUrl=queue_url, MessageBody=json.dumps({"job": job}))
    with suppress(TelegramBadRequest):  # a query may be too old by now
        await query.answer()
    await query.message.edit_text("Видео заказано.")


async def application() -> web.Application:
    session = aioboto3.Session(region_name="eu-central-1", aws_access_key_id="aiogram", aws_secret_access_key="local")
    dynamodb = os.environ["AWS_ENDPOINT_URL_DYNAMODB"]
    resource = await session.resource("dynamodb", endpoint_url=dynamodb).__aenter__()
    client = await session.client("dynamodb", endpoint_url=dynamodb).__aenter__()
    queue = await session.client("sqs", endpoint_url=os.environ["AWS_ENDPOINT_URL_SQS"]).__aenter__()
    await client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    )
    url = (await queue.create_queue(QueueName="aiogram"))["QueueUrl"]
    server = TelegramAPIServer.from_base(os.environ["TELEGRAM_API_URL"])
    bot = Bot(os.environ["TELEGRAM_TOKEN"], session=AiohttpSession(api=server))
    table = await resource.Table(TABLE)
    handler = SimpleRequestHandler(
        dispatcher, bot, handle_in_background=False, table=table, client=client, queue=queue, queue_url=url
    )
    app = web.Application()
    handler.register(app, path="/")
    return app


if __name__ == "__main__":
    web.run_app(application(), host="127.0.0.1", port=int(sys.argv[1]), print=lambda *_: None, access_log=None)
