import { FirstSchema1700000000001 } from './migrations/0001-first-schema.js';
import { Sessions1700000000002 } from './migrations/0002-sessions.js';
import { StaffAndAudit1700000000003 } from './migrations/0003-staff-and-audit.js';
import { StaffOperations1700000000004 } from './migrations/0004-staff-operations.js';
import { AnnouncedChanges1700000000005 } from './migrations/0005-announced-changes.js';
import { NoncePartitions1700000000006 } from './migrations/0006-nonce-partitions.js';
import { RateLimits1700000000007 } from './migrations/0007-rate-limits.js';
import { ScopeDescriptions1700000000008 } from './migrations/0008-scope-descriptions.js';
import { Imports1700000000009 } from './migrations/0009-imports.js';
import { Lists1700000000010 } from './migrations/0010-lists.js';
import { AuthenticatedGrants1700000000012 } from './migrations/0012-authenticated-grants.js';
import { AuthenticatedRecord1700000000014 } from './migrations/0014-authenticated-record.js';
import { PartitionsWithoutOwnership1700000000016 } from './migrations/0016-partitions-without-ownership.js';
import { Compatibility1700000000022 } from './migrations/0022-compatibility.js';
import { ProvenCompleteness1700000000017 } from './migrations/0017-proven-completeness.js';
import { KeysInUse1700000000018 } from './migrations/0018-keys-in-use.js';
import { NonceStore1700000000019 } from './migrations/0019-nonce-store.js';
import { TokenSigningKeys1700000000020 } from './migrations/0020-token-signing-keys.js';
import { StaffSessions1700000000023 } from './migrations/0023-staff-sessions.js';
import { Events1700000000024 } from './migrations/0024-events.js';
import { SeenNonceStore1700000000025 } from './migrations/0025-seen-nonce-store.js';
import { NonceTimeline1700000000026 } from './migrations/0026-nonce-timeline.js';
import { PartitionFunctionsSearchPath1700000000027 } from './migrations/0027-partition-functions-search-path.js';
import { VerdictRollup1700000000028 } from './migrations/0028-verdict-rollup.js';
import { EventLists1700000000029 } from './migrations/0029-event-lists.js';
import { StagedForAFile1700000000030 } from './migrations/0030-staged-for-a-file.js';

/** Every migration in the order of its timestamp. The schema is the sum of these. */
export const migrations = [
  FirstSchema1700000000001,
  Sessions1700000000002,
  StaffAndAudit1700000000003,
  StaffOperations1700000000004,
  AnnouncedChanges1700000000005,
  NoncePartitions1700000000006,
  RateLimits1700000000007,
  ScopeDescriptions1700000000008,
  Imports1700000000009,
  Lists1700000000010,
  AuthenticatedGrants1700000000012,
  AuthenticatedRecord1700000000014,
  PartitionsWithoutOwnership1700000000016,
  ProvenCompleteness1700000000017,
  KeysInUse1700000000018,
  NonceStore1700000000019,
  TokenSigningKeys1700000000020,
  Compatibility1700000000022,
  StaffSessions1700000000023,
  Events1700000000024,
  SeenNonceStore1700000000025,
  NonceTimeline1700000000026,
  PartitionFunctionsSearchPath1700000000027,
  VerdictRollup1700000000028,
  EventLists1700000000029,
  StagedForAFile1700000000030,
];
