import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Consumer } from './consumer.js';

/** The table `consumers`; each method is one statement. */
@Injectable()
export class ConsumersRepository {
  constructor(@InjectRepository(Consumer) private readonly consumers: Repository<Consumer>) {}

  find(consumerKey: string): Promise<Consumer | null> {
    return this.consumers.findOneBy({ consumerKey });
  }
}
