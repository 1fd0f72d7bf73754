"""Flask and pymongo."""

import os
from datetime import datetime, timezone

from bson import ObjectId
from flask import Flask, abort, jsonify, request
from pymongo import MongoClient

app = Flask(__name__)
data = MongoClient(os.environ["MONGODB_URI"])["app"]["data"]


def as_json(document):
    return {**document, "_id": str(document["_id"]), "createdAt": document["createdAt"].isoformat()}


@app.get("/data")
def read():
    found = data.find().sort([("createdAt", -1), ("_id", -1)]).limit(20)
    return jsonify([as_json(document) for document in found])


@app.get("/data/<document_id>")
def read_one(document_id):
    found = data.find_one({"_id": ObjectId(document_id)})
    return jsonify(as_json(found)) if found else abort(404)


@app.post("/data")
def add():
    document = {"createdAt": datetime.now(timezone.utc), **request.get_json()}
    data.insert_one(document)
    return jsonify(as_json(document)), 201
