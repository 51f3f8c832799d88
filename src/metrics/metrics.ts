import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BoundedListener } from '../http/bounded-listener.js';
import type { Listener } from '../http/listeners.js';
import { VERSION } from '../config/version.js';
import type { AnsweredRequest } from '../http/request-observer.js';
import { REJECTION_REASONS, type RejectionReason } from '../http/rejection-reason.js';

const LATENCY_BUCKETS_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
// Fine buckets around zero; beyond the default window of 300 s, whole hours indicate a wrong time zone.
const SKEW_BUCKETS_SECONDS = [
  -86_400, -3600, -600, -300, -60, -10, -2, 0, 2, 10, 60, 300, 600, 3600, 86_400,
];
const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

type CacheResult = 'hit' | 'miss' | 'bypass';

/**
 * The Prometheus metrics of the service. Label values come from fixed lists: consumer keys or tokens as labels
 * would create one time series each, and reveal who does what.
 */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  private readonly requests = new Counter({
    name: 'oauth10_requests_total',
    help: 'Requests answered, by endpoint and HTTP status code; 0: the client closed the connection before the response.',
    labelNames: ['endpoint', 'status'],
    registers: [this.registry],
  });
  private readonly durations = new Histogram({
    name: 'oauth10_request_duration_seconds',
    help: 'Duration of requests, from the request line to the end of the response, by endpoint.',
    labelNames: ['endpoint'],
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [this.registry],
  });
  private readonly verdicts = new Counter({
    name: 'oauth10_verdicts_total',
    help: 'Signed requests verified, by endpoint and problem code; "none": the signature was valid and the request was served.',
    labelNames: ['endpoint', 'problem'],
    registers: [this.registry],
  });
  private readonly clockSkew = new Histogram({
    name: 'oauth10_client_clock_skew_seconds',
    help: 'Client clock skew: oauth_timestamp minus the clock of the database, for every request that has one.',
    buckets: SKEW_BUCKETS_SECONDS,
    registers: [this.registry],
  });
  private readonly batches = new Histogram({
    name: 'oauth10_statement_batch_size',
    help: 'Requests per batched SQL statement, by statement.',
    labelNames: ['statement'],
    buckets: BATCH_BUCKETS,
    registers: [this.registry],
  });
  private readonly lookups = new Counter({
    name: 'oauth10_cache_lookups_total',
    help: 'Lookups in the credential caches, by cache and result (hit, miss, bypass).',
    labelNames: ['cache', 'result'],
    registers: [this.registry],
    collect: () => this.countLookups(),
  });
  /** Counted here and added to the counter at each scrape, because each request makes two lookups. */
  private readonly uncollected = new Map<string, Record<CacheResult, number>>();
  private readonly swept = new Counter({
    name: 'oauth10_swept_rows_total',
    help: 'Expired rows deleted and partitions dropped or created by the cleanup, by task.',
    labelNames: ['task'],
    registers: [this.registry],
  });
  private readonly failedSweeps = new Counter({
    name: 'oauth10_sweep_failures_total',
    help: 'Failed cleanup tasks, by task; each is tried again in the next round.',
    labelNames: ['task'],
    registers: [this.registry],
  });
  private readonly lastSweep = new Gauge({
    name: 'oauth10_last_sweep_timestamp_seconds',
    help: 'Unix time of the last cleanup round of this replica in which every task succeeded; 0: none yet.',
    registers: [this.registry],
  });
  private readonly noncePartitionsEnd = new Gauge({
    name: 'oauth10_nonce_partitions_end_seconds',
    help: 'End of the last partition of nonces, as an oauth_timestamp; later nonces go to the DEFAULT partition.',
    registers: [this.registry],
  });
  private readonly usableNonceStore = new Gauge({
    name: 'oauth10_nonce_store_usable',
    help: '1: the nonce store accepts writes; 0: it does not, and signed requests get 503. Absent without NONCE_STORE_URL.',
    labelNames: ['topology'],
    registers: [this.registry],
  });
  private readonly nonceStoreEpochs = new Counter({
    name: 'oauth10_nonce_store_epochs_total',
    help: 'Times that this replica found that the nonce store may have lost nonces, and set a new cutoff for timestamps.',
    registers: [this.registry],
  });
  private readonly nonceStoreHorizon = new Gauge({
    name: 'oauth10_nonce_store_forgotten_before_seconds',
    help: 'Cutoff: requests with an earlier oauth_timestamp are refused, since their nonces may have been lost.',
    registers: [this.registry],
  });
  private readonly refusedGrants = new Counter({
    name: 'oauth10_grants_refused_total',
    help: 'Rows (consumers, tokens, API keys, sessions) refused because their MAC is missing or not valid, by kind.',
    labelNames: ['kind'],
    registers: [this.registry],
  });
  private readonly completeGrants = new Gauge({
    name: 'oauth10_grant_macs_complete',
    help: '1: rows without a MAC are refused; 0: they are accepted until `oauth10 reseal` has added every MAC.',
    registers: [this.registry],
  });
  private readonly platformTokens = new Counter({
    name: 'oauth10_platform_tokens_total',
    help: 'JWT access tokens (RFC 9068) issued, by whether they were signed anew or reused.',
    labelNames: ['outcome'],
    registers: [this.registry],
  });
  private readonly refusedRecords = new Counter({
    name: 'oauth10_audit_append_refusals_total',
    help: 'Admin operations refused because the audit log was not written by this service (hash chain or MAC not valid).',
    registers: [this.registry],
  });
  private readonly deliveries = new Counter({
    name: 'oauth10_event_deliveries_total',
    help: 'Deliveries of events that were tried, by outcome: delivered, refused (4xx), failed.',
    labelNames: ['outcome'],
    registers: [this.registry],
  });

  private readonly away = new Counter({
    name: 'oauth10_turned_away_total',
    help: 'Requests and connections rejected under load, by listener and reason: in_flight, pipelined, connections, slow_reader, slow_body, small_chunks, unread_body.',
    labelNames: ['listener', 'reason'],
    registers: [this.registry],
  });
  private readonly inFlight = new Gauge({
    name: 'oauth10_requests_in_flight',
    help: 'Requests being served, by listener.',
    labelNames: ['listener'],
    registers: [this.registry],
    collect: () => this.lookAtListeners(),
  });
  private readonly waiting = new Gauge({
    name: 'oauth10_connections_waiting',
    help: 'Open connections without a valid credential yet that wait to be read from, by listener.',
    labelNames: ['listener'],
    registers: [this.registry],
    collect: () => this.lookAtListeners(),
  });
  private readonly listeners = new Map<Listener, BoundedListener>();

  private readonly build = new Gauge({
    name: 'oauth10_build_info',
    help: 'Always 1; the labels are the version of the service and of Node.js.',
    labelNames: ['version', 'node_version'],
    registers: [this.registry],
  });

  constructor() {
    this.build.set({ version: VERSION, node_version: process.version }, 1);
    collectDefaultMetrics({ register: this.registry });
  }

  answered({ endpoint, isVerdict, status, problem, durationSeconds }: AnsweredRequest): void {
    this.requests.inc({ endpoint, status });
    this.durations.observe({ endpoint }, durationSeconds);
    const served = status >= 200 && status < 300;
    if (isVerdict && (problem !== undefined || served)) {
      this.verdicts.inc({ endpoint, problem: problem ?? 'none' });
    }
  }

  onRejected(listener: Listener, reason: RejectionReason): void {
    this.away.inc({ listener, reason });
  }

  /** Exposes the requests in flight and waiting connections of a listener. */
  watchListener(listener: Listener, bounded: BoundedListener): void {
    this.listeners.set(listener, bounded);
    for (const reason of REJECTION_REASONS) this.away.inc({ listener, reason }, 0);
  }

  private lookAtListeners(): void {
    for (const [listener, bounded] of this.listeners) {
      this.inFlight.set({ listener }, bounded.requestsInFlight);
      this.waiting.set({ listener }, bounded.connectionsWaiting);
    }
  }

  /** @param seconds how far the client's clock is ahead */
  clientClockSkew(seconds: number): void {
    this.clockSkew.observe(seconds);
  }

  batchSent(statement: string, size: number): void {
    this.batches.observe({ statement }, size);
  }

  cacheLookup(cache: string, result: CacheResult): void {
    let counts = this.uncollected.get(cache);
    if (!counts) this.uncollected.set(cache, (counts = { hit: 0, miss: 0, bypass: 0 }));
    counts[result] += 1;
  }

  private countLookups(): void {
    for (const [cache, counts] of this.uncollected) {
      for (const [result, count] of Object.entries(counts)) {
        if (count > 0) this.lookups.inc({ cache, result }, count);
      }
    }
    this.uncollected.clear();
  }

  rowsSwept(task: string, count: number): void {
    this.swept.inc({ task }, count);
  }

  sweepFailed(task: string): void {
    this.failedSweeps.inc({ task });
  }

  /** Counts an operation that was refused because the audit trail in the database is not this service's. */
  recordRefused(): void {
    this.refusedRecords.inc();
  }

  /** Notes the end of a cleanup round in which every task succeeded. */
  sweepDone(): void {
    this.lastSweep.setToCurrentTime();
  }

  platformToken(outcome: 'made' | 'reused'): void {
    this.platformTokens.inc({ outcome });
  }

  grantRefused(kind: string): void {
    this.refusedGrants.inc({ kind });
  }

  grantsComplete(isComplete: boolean): void {
    this.completeGrants.set(isComplete ? 1 : 0);
  }

  eventDelivery(outcome: 'delivered' | 'refused' | 'failed'): void {
    this.deliveries.inc({ outcome });
  }

  /** @param seconds since 1970 */
  noncePartitionsReach(seconds: number): void {
    this.noncePartitionsEnd.set(seconds);
  }

  nonceStoreUsable(topology: 'primary' | 'cluster', isUsable: boolean): void {
    this.usableNonceStore.set({ topology }, isUsable ? 1 : 0);
  }

  /** Counts a new epoch of the nonce store. */
  nonceStoreEpoch(): void {
    this.nonceStoreEpochs.inc();
  }

  /** @param seconds since 1970 */
  nonceStoreForgotBefore(seconds: number): void {
    this.nonceStoreHorizon.set(seconds);
  }
}
