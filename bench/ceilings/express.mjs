// What is left of it below Express as its own first page shows it.
import express from 'express';

const app = express();
app.get('/', (_, response) => response.send('hello'));
app.listen(Number(process.env.PORT), '127.0.0.1');
