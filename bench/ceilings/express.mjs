// The rate of Express with the "hello world" of its documentation.
import express from 'express';

const app = express();
app.get('/', (_, response) => response.send('hello'));
app.listen(Number(process.env.PORT), '127.0.0.1');
