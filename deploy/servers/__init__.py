"""Private PostgreSQL and RabbitMQ, in user space, on free loopback ports."""
