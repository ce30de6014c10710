import type { ImageFilter } from "./imageFilter";
import type { DatasetImage, FramesWish, LabelBox } from "./types";
import { api, body } from "@/api/client";

export const getDataset = (id: number) => body(api.GET("/api/v1/datasets/{id}/", { params: { path: { id } } }));

const imagePath = (id: number, image: number) => ({ params: { path: { id, image_id: image } } });

export const getImages = (id: number, query: ImageFilter & { shown_at?: number; page: number; page_size: number }) =>
  body(api.GET("/api/v1/datasets/{id}/images/", { params: { path: { id }, query } }));

export const getImage = (id: number, image: number) =>
  body(api.GET("/api/v1/datasets/{id}/images/{image_id}/", imagePath(id, image)));

export const deleteImage = (id: number, image: number) =>
  api.DELETE("/api/v1/datasets/{id}/images/{image_id}/", imagePath(id, image));

export const getNeighbours = (id: number, image: number, query: ImageFilter) =>
  body(
    api.GET("/api/v1/datasets/{id}/images/{image_id}/neighbours/", {
      params: { path: { id, image_id: image }, query },
    }),
  );

/** The boxes of another picture, where their objects are in this one. */
export const getFollowed = (id: number, image: number, before: number) =>
  body(
    api.GET("/api/v1/datasets/{id}/images/{image_id}/followed/", {
      params: { path: { id, image_id: image }, query: { before } },
    }),
  );

export const putLabels = (
  id: number,
  image: number,
  labels: { revision: number; boxes: LabelBox[]; state: Exclude<DatasetImage["state"], "prelabelled"> },
) => body(api.PUT("/api/v1/datasets/{id}/images/{image_id}/labels/", { ...imagePath(id, image), body: labels }));

export const hold = (id: number, image: number) =>
  body(api.POST("/api/v1/datasets/{id}/images/{image_id}/hold/", imagePath(id, image)));

export const interpolate = (id: number, first: number, last: number) =>
  body(api.POST("/api/v1/datasets/{id}/interpolate/", { params: { path: { id } }, body: { first, last } }));

export const getTasks = (id: number) =>
  body(api.GET("/api/v1/datasets/{id}/tasks/", { params: { path: { id }, query: { page_size: 50 } } }));

export const addFrames = (id: number, wish: FramesWish) =>
  body(api.POST("/api/v1/datasets/{id}/frames/", { params: { path: { id } }, body: wish }));
