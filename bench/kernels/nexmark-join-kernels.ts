// hot path. Hand-written joins of persons and auctions: q3 (all time, incremental) and q8 (per tumbling window).
import type { Kernel } from './nexmark-kernels.js';
import { NexmarkBatch, textDigest } from './nexmark-batch.js';
import { IdTable } from './nexmark-id-table.js';

const NONE = -1;
const CATEGORY = 10;
export const WATERMARK_DELAY_MS = 4000;
const WINDOW_MS = 10_000;

/** q3: name, city, state and auction id of sellers in OR, ID, CA with auctions of category 10. */
export class PersonAuctionJoin implements Kernel {
  outputRows = 0;
  checksum = 0;
  readonly #input: NexmarkBatch;
  /** By person id: persons seen, and sellers waited for. */
  readonly #table = new IdTable();
  /** Per row: digest of name, city and state; 1 where the person is known and wanted; first waiting auction. */
  #digests = new Int32Array(1024);
  #isWanted = new Uint8Array(1024);
  #waiting = new Int32Array(1024).fill(NONE);
  #auctions = new Int32Array(1024);
  #nextWaiting = new Int32Array(1024);
  #auctionCount = 0;

  constructor(input: NexmarkBatch) {
    this.#input = input;
  }

  process(count: number): void {
    const input = this.#input;
    const { i32, f64 } = input;
    const type = input.place('eventType');
    const category = input.place('auction.category');
    const seller = input.place('auction.seller');
    const auctionId = input.place('auction.id');
    const personId = input.place('person.id');
    for (let row = 0; row < count; row++) {
      const kind = i32[type + row]!;
      if (kind === 2) continue;
      if (kind === 1) {
        if (f64[category + row] === CATEGORY) this.#addAuction(f64[seller + row]! | 0, f64[auctionId + row]! | 0);
      } else if (this.#isStateWanted(row)) this.#addPerson(f64[personId + row]! | 0, row);
    }
  }

  finish(): void {}

  #isStateWanted(row: number): boolean {
    const { i32, u8, heapStart } = this.#input;
    const start = heapStart + i32[this.#input.place('person.state') + row]!;
    const letters = (u8[start]! << 8) | u8[start + 1]!;
    return letters === 0x4f52 || letters === 0x4944 || letters === 0x4341; // OR, ID, CA
  }

  #addPerson(id: number, row: number): void {
    const { i32, u8, heapStart } = this.#input;
    let digest = 0;
    for (const path of PERSON_TEXTS) digest = (digest + textDigest(u8, heapStart + i32[this.#input.place(path) + row]!, i32[this.#input.lengths(path) + row]!)) | 0;
    const place = this.#rowOf(id);
    this.#digests[place] = digest;
    this.#isWanted[place] = 1;
    for (let waiting = this.#waiting[place]!; waiting !== NONE; waiting = this.#nextWaiting[waiting]!) this.#output(digest, this.#auctions[waiting]!);
  }

  #addAuction(seller: number, auction: number): void {
    const place = this.#rowOf(seller);
    if (this.#isWanted[place] === 1) this.#output(this.#digests[place]!, auction);
    if (this.#auctionCount === this.#auctions.length) {
      this.#auctions = doubled(this.#auctions);
      this.#nextWaiting = doubled(this.#nextWaiting);
    }
    const at = this.#auctionCount++;
    this.#auctions[at] = auction;
    this.#nextWaiting[at] = this.#waiting[place]!;
    this.#waiting[place] = at;
  }

  #rowOf(id: number): number {
    const place = this.#table.rowOf(id);
    if (place >= this.#digests.length) {
      this.#digests = doubled(this.#digests);
      const isWanted = new Uint8Array(this.#isWanted.length * 2);
      isWanted.set(this.#isWanted);
      this.#isWanted = isWanted;
      const known = this.#waiting.length;
      this.#waiting = doubled(this.#waiting).fill(NONE, known);
    }
    return place;
  }

  #output(digest: number, auction: number): void {
    this.outputRows++;
    this.checksum = (this.checksum + digest + auction) | 0;
  }
}

const PERSON_TEXTS = ['person.name', 'person.city', 'person.state'] as const;

interface SellerWindow {
  start: number;
  readonly persons: IdTable;
  nameDigests: Int32Array<ArrayBuffer>;
  readonly sellers: IdTable;
}

/** q8: persons who were created and opened an auction in the same window of 10 s: id, name, start. */
export class NewSellers implements Kernel {
  outputRows = 0;
  checksum = 0;
  readonly #input: NexmarkBatch;
  /** At most three windows are open at once; closed ones are used again. */
  #open: SellerWindow[] = [];
  readonly #free: SellerWindow[] = [];

  constructor(input: NexmarkBatch) {
    this.#input = input;
  }

  process(count: number): void {
    const input = this.#input;
    const { i32, f64, u8, heapStart } = input;
    const type = input.place('eventType');
    const personId = input.place('person.id');
    const personTime = input.place('person.dateTime');
    const name = input.place('person.name');
    const nameLength = input.lengths('person.name');
    const seller = input.place('auction.seller');
    const auctionTime = input.place('auction.dateTime');
    let time = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < count; row++) {
      const kind = i32[type + row]!;
      if (kind === 2) continue;
      time = f64[(kind === 1 ? auctionTime : personTime) + row]!;
      const window = this.#windowOf(time);
      if (kind === 1) window.sellers.rowOf(f64[seller + row]! | 0);
      else {
        const place = window.persons.rowOf(f64[personId + row]! | 0);
        if (place >= window.nameDigests.length) window.nameDigests = doubled(window.nameDigests);
        window.nameDigests[place] = textDigest(u8, heapStart + i32[name + row]!, i32[nameLength + row]!);
      }
    }
    this.#close(time - WATERMARK_DELAY_MS);
  }

  finish(): void {
    this.#close(Number.POSITIVE_INFINITY);
  }

  #windowOf(time: number): SellerWindow {
    for (const window of this.#open) {
      if (time >= window.start && time < window.start + WINDOW_MS) return window;
    }
    const window = this.#free.pop() ?? { start: 0, persons: new IdTable(), nameDigests: new Int32Array(1024), sellers: new IdTable() };
    window.start = Math.floor(time / WINDOW_MS) * WINDOW_MS;
    this.#open.push(window);
    return window;
  }

  #close(watermark: number): void {
    if (this.#open.every((window) => window.start + WINDOW_MS > watermark)) return;
    for (const window of this.#open) {
      if (window.start + WINDOW_MS > watermark) continue;
      for (let place = 0; place < window.persons.count; place++) {
        const id = window.persons.ids[place]!;
        if (window.sellers.find(id) < 0) continue;
        this.outputRows++;
        this.checksum = (this.checksum + id + window.nameDigests[place]! + (window.start | 0)) | 0;
      }
      window.persons.clear();
      window.sellers.clear();
      this.#free.push(window);
    }
    this.#open = this.#open.filter((window) => window.start + WINDOW_MS > watermark);
  }
}

export function doubled(values: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(values.length * 2);
  larger.set(values);
  return larger;
}
