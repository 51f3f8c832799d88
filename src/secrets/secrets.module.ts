import { Module } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { DerivedKeys } from './derived-keys.js';
import { SecretBox } from './secret-box.js';

/** Owns the key ring. Depends only on the settings; stores no opened secret. */
@Module({
  providers: [
    {
      provide: SecretBox,
      useFactory: (settings: Settings) => new SecretBox(settings.secretKeys),
      inject: [Settings],
    },
    {
      provide: DerivedKeys,
      useFactory: (settings: Settings) => new DerivedKeys(settings.secretKeys),
      inject: [Settings],
    },
  ],
  exports: [SecretBox, DerivedKeys],
})
export class SecretsModule {}
