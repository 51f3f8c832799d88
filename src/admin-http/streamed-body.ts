import { SetMetadata } from '@nestjs/common';

export const STREAMED_BODY = 'streamed-body';

/** An operation that reads its body itself, as a stream. */
export const StreamedBody = (): MethodDecorator => SetMetadata(STREAMED_BODY, true);
