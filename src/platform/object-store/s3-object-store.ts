// An object store that speaks S3, through @aws-sdk/client-s3, which is loaded with the first call. Any thread.
import type * as S3 from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { PlatformError } from '#platform/errors';
import type { ObjectListing, ObjectStore, ObjectUpload } from '#platform/object-store/object-store';

type Sdk = typeof S3;

/** Objects that one call deletes. */
const DELETE_MAX = 1000;

export interface S3Options {
  /** Undefined = that of the region. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** Both or neither; without them the client looks where AWS's tools do. */
  readonly accessKey: string | undefined;
  readonly secretKey: string | undefined;
  readonly isPathStyle: boolean;
}

export class S3ObjectStore implements ObjectStore {
  readonly #options: S3Options;
  #loading: Promise<{ readonly sdk: Sdk; readonly client: S3Client }> | undefined;

  constructor(options: S3Options) {
    this.#options = options;
  }

  async put(bucket: string, key: string, bytes: Uint8Array): Promise<void> {
    await this.#call('write', bucket, key, ({ sdk, client }) => client.send(new sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes })));
  }

  async beginUpload(bucket: string, key: string): Promise<ObjectUpload> {
    const { UploadId } = await this.#call('write', bucket, key, ({ sdk, client }) => client.send(new sdk.CreateMultipartUploadCommand({ Bucket: bucket, Key: key })));
    const parts: { readonly PartNumber: number; readonly ETag: string | undefined }[] = [];
    const target = { Bucket: bucket, Key: key, UploadId };
    let isOver = false;
    return {
      uploadPart: async (bytes) => {
        const PartNumber = parts.length + 1;
        const { ETag } = await this.#call('write', bucket, key, ({ sdk, client }) => client.send(new sdk.UploadPartCommand({ ...target, PartNumber, Body: bytes })));
        parts.push({ PartNumber, ETag });
      },
      complete: async () => {
        await this.#call('write', bucket, key, ({ sdk, client }) => client.send(new sdk.CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts: parts } })));
        isOver = true;
      },
      abort: async () => {
        if (isOver) return;
        isOver = true;
        await this.#call('write', bucket, key, ({ sdk, client }) => client.send(new sdk.AbortMultipartUploadCommand(target)));
      },
    };
  }

  async get(bucket: string, key: string, range?: { readonly offset: number; readonly length: number }): Promise<Uint8Array> {
    if (range?.length === 0) return new Uint8Array(0);
    const header = range === undefined ? {} : { Range: `bytes=${range.offset}-${range.offset + range.length - 1}` };
    const { Body } = await this.#call('read', bucket, key, ({ sdk, client }) => client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key, ...header })));
    return this.#call('read', bucket, key, async () => (Body === undefined ? new Uint8Array(0) : Body.transformToByteArray()));
  }

  async size(bucket: string, key: string): Promise<number | undefined> {
    try {
      const { ContentLength } = await this.#call('look at', bucket, key, ({ sdk, client }) => client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key })));
      return ContentLength ?? 0;
    } catch (error) {
      if (error instanceof PlatformError && error.code === 'FILE_NOT_FOUND') return undefined;
      throw error;
    }
  }

  async list(bucket: string, prefix: string, { isFlat = false }: { readonly isFlat?: boolean } = {}): Promise<ObjectListing> {
    const objects: { key: string; bytes: number }[] = [];
    const prefixes: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.#call('list', bucket, prefix, ({ sdk, client }) => client.send(new sdk.ListObjectsV2Command({
        Bucket: bucket, Prefix: prefix, ...(isFlat ? {} : { Delimiter: '/' }), ...(token === undefined ? {} : { ContinuationToken: token }),
      })));
      for (const { Key, Size } of page.Contents ?? []) objects.push({ key: Key ?? '', bytes: Size ?? 0 });
      for (const { Prefix } of page.CommonPrefixes ?? []) prefixes.push(Prefix ?? '');
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return { objects, prefixes };
  }

  async delete(bucket: string, keys: readonly string[]): Promise<void> {
    for (let from = 0; from < keys.length; from += DELETE_MAX) {
      const Objects = keys.slice(from, from + DELETE_MAX).map((Key) => ({ Key }));
      const { Errors = [] } = await this.#call('delete', bucket, keys[from]!, ({ sdk, client }) => client.send(new sdk.DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } })));
      const [failed] = Errors;
      if (failed !== undefined) throw new PlatformError('OBJECT_STORE_FAILED', `cannot delete s3://${bucket}/${failed.Key ?? ''}: ${failed.Message ?? failed.Code ?? 'no reason given'}`);
    }
  }

  async #call<T>(verb: string, bucket: string, key: string, action: (loaded: { readonly sdk: Sdk; readonly client: S3Client }) => Promise<T>): Promise<T> {
    try {
      return await action(await (this.#loading ??= this.#load()));
    } catch (thrown) {
      const { name, $metadata } = thrown as { readonly name?: string; readonly $metadata?: { readonly httpStatusCode?: number } };
      const isMissing = name === 'NoSuchKey' || name === 'NotFound' || $metadata?.httpStatusCode === 404;
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      if (isMissing && name !== 'NoSuchBucket') throw new PlatformError('FILE_NOT_FOUND', `cannot ${verb} s3://${bucket}/${key}: there is no such object`, { cause: thrown });
      throw new PlatformError('OBJECT_STORE_FAILED', `cannot ${verb} s3://${bucket}/${key}: ${why === '' ? String(name) : why}: check s3.endpoint, the bucket and its credentials`, { cause: thrown });
    }
  }

  async #load(): Promise<{ readonly sdk: Sdk; readonly client: S3Client }> {
    process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'; // six lines on stderr that are no concern of a job
    const sdk = await import('@aws-sdk/client-s3');
    const { endpoint, region, accessKey, secretKey, isPathStyle } = this.#options;
    const credentials = accessKey === undefined || secretKey === undefined ? {} : { credentials: { accessKeyId: accessKey, secretAccessKey: secretKey } };
    return { sdk, client: new sdk.S3Client({ region, forcePathStyle: isPathStyle, ...(endpoint === undefined ? {} : { endpoint }), ...credentials }) };
  }
}
