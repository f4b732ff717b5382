//! DynamoDB mechanics: labelled conditional writes, transactions, pages, conflict retry.
